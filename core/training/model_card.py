"""The model card of an exported checkpoint: data, licences, recipe, limits."""

from core.data.corpora import CORPORA
from core.models.seq2seq import Seq2Seq
from core.training.recipes import Recipe

_CORPORA_OF = {"all": [corpus.name for corpus in CORPORA], "multi30k": ["multi30k-de-en"]}
_READ = {"all": "short everyday sentences, image captions and chats", "multi30k": "image captions"}


def model_card(name: str, recipe: Recipe, model: Seq2Seq, history: list[dict[str, float]]) -> str:
    """Return the card of a checkpoint as Markdown, from what the run knows about itself."""
    own = recipe.data not in _CORPORA_OF
    names = _CORPORA_OF.get(recipe.data, [])
    data = [f"- {c.title}: {c.licence}" for c in CORPORA if c.name in names]
    what = "Translates" if own else "Translates German into English"
    command = f"python -m core train {recipe.name}{' --source …' if own else ''}"
    sizes, last = model.config, history[-1]
    weights = sum(parameter.numel() for parameter in model.parameters())
    best = min(history, key=lambda row: row["valid_loss"])
    return f"""# {name}

{what}: a recurrent encoder and decoder with attention, {weights:,} weights.

## Data
{chr(10).join(data) or "- the user's own text"}

Sentences of the validation and test parts stand nowhere in the training part, on either side, case
and punctuation ignored.

## Recipe
- Joint byte-level BPE of {recipe.vocab_size:,} ids; embedding {sizes.embedding_size}, tied.
- Encoder {sizes.encoder_layers} × {sizes.encoder_hidden_size} in each direction, decoder
  {sizes.decoder_layers} × {sizes.decoder_hidden_size}, {sizes.score} attention.
- Dropout {sizes.dropout}, word dropout {sizes.word_dropout}, BPE-dropout of the source
  {recipe.source_dropout}, label smoothing {recipe.label_smoothing}.
- {recipe.as_typed:.0%} of the sources in lower case or without their stop, as people type.
- {int(last["step"]):,} steps of {recipe.batch_tokens:,} target tokens, {last["seconds"] / 60:.0f}
  minutes; validation loss {best["valid_loss"]:.3f} nats a token.

`{command}` repeats it; `metrics.json` holds the figures, each with the
command that measured it.

## Limits
It has read {_READ.get(recipe.data, "the user's own text")} alone. Long sentences, rare words, names
and figures of speech often go wrong. Attention is not an explanation.
"""
