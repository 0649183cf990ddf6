"""The model card of an exported checkpoint: data, licences, recipe, limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.corpora import ARXIV, PARALLEL
from core.data.spelling_corpora import DICTIONARY, MISSPELLINGS
from core.history import History, separate_runs
from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.training.recipes import (
    LanguageModelRecipe,
    SpellingRecipe,
    TranslationRecipe,
)

_CORPORA_OF = {"all": [corpus.name for corpus in PARALLEL], "multi30k": ["multi30k-de-en"]}
_TEXT_OF = {
    "arxiv": f"{ARXIV.title}: {ARXIV.licence}",
    "arxiv-subset": f"1,800 of the {ARXIV.title}: {ARXIV.licence}",
    "wikitext": "WikiText-2 (Merity et al. 2016): CC BY-SA 3.0",
}
_KIND_OF = {"wikitext": "articles of Wikipedia"} | dict.fromkeys(
    ("arxiv", "arxiv-subset"), "abstracts about language and neural networks"
)
_PART_OF = dict.fromkeys(("arxiv", "arxiv-subset"), "; the part of a paper depends on its id")
_READ = {"all": "short everyday sentences, image captions and chats", "multi30k": "image captions"}


@dataclass(frozen=True)
class Origin:
    """Where the weights of a run come from."""

    command: str  # that repeats the run
    start: str = ""  # name of the checkpoint that it started from, if any
    before: tuple[str, ...] = ()  # data that this one had read, as recipes call it


_OWN = "the user's own text"
_TESTED = {
    "spelling": "No pair of the two tests is in the training part; 1,350 common words occur"
    " nowhere in it.",
    "spelling-leaked": "The pairs of the two tests are in the training part: its figures on them"
    " mean nothing.",
}


def translation_card(
    name: str, recipe: TranslationRecipe, model: Seq2Seq, history: History, origin: Origin
) -> str:
    """Return the card of a translator as Markdown, from what the run knows about itself."""
    read = (*origin.before, recipe.data)
    names = {corpus for data in read for corpus in _CORPORA_OF.get(data, ())}
    data = [f"- {c.title}: {c.licence}" for c in PARALLEL if c.name in names]
    data += [f"- {_OWN}"] * any(one not in _CORPORA_OF for one in read)
    what = "Translates German into English" if recipe.data in _CORPORA_OF else "Translates"
    sizes, last = model.config, history[-1]
    weights = sum(parameter.numel() for parameter in model.parameters())
    best = min(history, key=lambda row: row["valid_loss"])
    return f"""# {name}

{what}: a recurrent encoder and decoder with attention, {weights:,} weights.

## Data
{chr(10).join(data)}

Sentences of the validation and test parts stand nowhere in the training part{_of_this(origin)}, on
either side, case and punctuation ignored.

## Recipe
- Joint byte-level BPE of {sizes.target_vocab_size:,} ids; embedding {sizes.embedding_size}, tied.
- Encoder {sizes.encoder_layers} × {sizes.encoder_hidden_size} in each direction, decoder
  {sizes.decoder_layers} × {sizes.decoder_hidden_size}, {sizes.score} attention.
- Dropout {sizes.dropout}, word dropout {sizes.word_dropout}, BPE-dropout of the source
  {recipe.source_dropout}, label smoothing {recipe.label_smoothing}.
- {recipe.as_typed:.0%} of the sources in lower case or without their stop, as people type.
- {_steps(last)} target tokens, {_time(history, model)};
  lowest validation loss {best["valid_loss"]:.3f} nats a token.

{_repeated(origin, history)}
`metrics.json` holds the figures, each with the command that measured it.

## Limits
It has read {_all(read, _READ)} alone. Long sentences, rare words, names
and figures of speech often go wrong. Attention is not an explanation.
"""


def misspeller_card(name: str, model: Seq2Seq, history: History, origin: Origin) -> str:
    """Return the card of a misspeller as Markdown, from what the run knows of itself."""
    last, best = history[-1], min(history, key=lambda row: row["valid_loss"])
    return f"""# {name}

Reads an English word and writes a misspelling of it: spell-en learns from what it makes.

- {MISSPELLINGS.title}: {MISSPELLINGS.licence}
- {_steps(last)} letters, {_time(history, model)};
  lowest validation loss {best["valid_loss"]:.3f} nats a letter, of words that it has not read.

{_repeated(origin, history)}
"""


def spelling_card(
    name: str, recipe: SpellingRecipe, model: Seq2Seq, history: History, origin: Origin
) -> str:
    """Return the card of a spelling corrector as Markdown, from what the run knows of itself."""
    sizes, last = model.config, history[-1]
    weights = sum(parameter.numel() for parameter in model.parameters())
    best = min(history, key=lambda row: row["valid_loss"])
    return f"""# {name}

Corrects the spelling of English words, letter by letter: a recurrent encoder and decoder with
attention, {weights:,} weights.

## Data
- {MISSPELLINGS.title}: {MISSPELLINGS.licence}
- {DICTIONARY.title}: {DICTIONARY.licence}
- In each epoch {recipe.made_up:,} misspellings of words of the dictionary, most of them made by a
  model that has learnt from the lists to misspell, and {recipe.right:,} words that are right. The
  first are drawn by the square root of how common they are, the others by its logarithm.

{_TESTED[recipe.data]}

## Recipe
- Letters, embedding {sizes.embedding_size}, tied.
- Encoder {sizes.encoder_layers} × {sizes.encoder_hidden_size} in each direction, decoder
  {sizes.decoder_layers} × {sizes.decoder_hidden_size}, {sizes.score} attention, dropout
  {sizes.dropout}.
- {_steps(last)} letters, {_time(history, model)};
  lowest validation loss {best["valid_loss"]:.3f} nats a letter.

{_repeated(origin, history)}
`metrics.json` holds the figures, each with the command that measured it.

## Limits
It reads one word at a time, without its neighbours: a word that is right but not meant stays.
Names and words that it has never read are often changed.
"""


def language_model_card(
    name: str,
    recipe: LanguageModelRecipe,
    model: LanguageModel,
    history: History,
    origin: Origin,
) -> str:
    """Return the card of a language model as Markdown, from what the run knows about itself."""
    read = (*origin.before, recipe.data)
    data = dict.fromkeys(f"- {_TEXT_OF.get(one, _OWN)}" for one in read)
    sizes, last = model.config, history[-1]
    weights = sum(parameter.numel() for parameter in model.parameters())
    best = min(history, key=lambda row: row["valid_loss"])
    unit = "characters" if recipe.tokens == "character" else "words"
    chosen = (
        f"of the vocabulary of {origin.start}"
        if origin.start
        else f"that occur {recipe.min_frequency} times or more"
    )
    output = "tied to it" if sizes.tied else "of its own"
    cell = "LSTM of core.models.recurrent" if sizes.cell == "own" else sizes.cell.upper()
    looks = "an abstract" if recipe.data in _PART_OF else "what it has read"
    cut = "one text" if recipe.continuous else "documents, each from an empty state"
    return f"""# {name}

A recurrent language model of {unit} ({cell}, {weights:,} weights): it gives each
text a probability, and writes on from a beginning.

## Data
{chr(10).join(data)}

{_held_out(recipe.data, origin)}

## Recipe
- {model.config.writable - 2:,} {unit} {chosen}, the others
  `<unk>`, and an end; embedding {sizes.embedding_size}, output {output}.
- {sizes.num_layers} × {sizes.hidden_size} {cell}, variational dropout
  {sizes.dropout}, word dropout {sizes.word_dropout}, dropout of recurrent weights
  {sizes.weight_dropout}.
- Read as {cut}; gradients through {recipe.length} tokens, {recipe.batch} texts side by side.
- {int(last["step"]):,} steps, {last["epoch"]} whole epochs, {_time(history, model)};
  lowest validation loss {best["valid_loss"]:.3f} nats a token.

{_repeated(origin, history)}
`metrics.json` holds the figures, each with the command that measured it.

## Limits
What it writes looks like {looks} and means nothing; names, numbers and claims in it are made
up. It has read {_all(read, _KIND_OF)} alone.
"""


def _all(read: Sequence[str], names: dict[str, str]) -> str:
    """Return what was read, in words."""
    return " and ".join(dict.fromkeys(names.get(data, _OWN) for data in read))


def _of_this(origin: Origin) -> str:
    """Return of which run a split is told: an earlier one may have read what this one holds out."""
    return " of this run" if origin.before else ""


def _held_out(data: str, origin: Origin) -> str:
    if data == "wikitext":
        return "The parts are those of its authors; headings and blank lines are in all of them."
    whose = _of_this(origin) + _PART_OF.get(data, "")
    return f"A held-out document stands nowhere in the training part{whose}."


def _steps(last: dict[str, float]) -> str:
    return f"{int(last['step']):,} steps of {last['tokens'] / last['step']:,.0f}"


def _time(history: History, model: Seq2Seq | LanguageModel) -> str:
    where = "on a GPU" if model.device.type == "cuda" else "on a CPU"
    runs = len(separate_runs(history))
    several = "" if runs == 1 else f" in {runs} runs, the last"
    return f"{history[-1]['seconds'] / 60:.0f} minutes{several} {where}"


def _repeated(origin: Origin, history: History) -> str:
    """Return how the run, or the last of several, is repeated."""
    runs = len(separate_runs(history))
    if runs == 1:
        return f"`{origin.command}` repeats it."
    return (
        f"It was made in {runs} runs, each going on from the one before; the last was"
        f" `{origin.command}`."
    )
