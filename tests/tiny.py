"""Tiny models, tables and texts that the tests of core share; each can be checked by hand."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from core.checkpoint import save_checkpoint
from core.data.corpora import Pair
from core.models.language_model import LanguageModel, LanguageModelConfig
from core.models.protocol import StepOutput
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.pipelines.named import DEFAULT
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import ClosedTokenizer, Tokenizer
from core.tokenizers.subword import SubwordTokenizer
from core.tokenizers.word import WordTokenizer

_NOUNS = {"Hund": "dog", "Vogel": "bird", "Fisch": "fish", "Baum": "tree", "Mann": "man"}
_VERBS = {"schläft": "sleeps", "wartet": "waits", "fällt": "falls", "ruft": "calls"}
_ADVERBS = {"hier": "here", "dort": "there", "heute": "today", "oft": "often", "nie": "never"}

# A hundred different pairs, word for word: „Der Hund schläft hier.“, "The dog sleeps here."
PAIRS = [
    Pair(f"Der {noun} {verb} {adverb}.", f"The {_NOUNS[noun]} {_VERBS[verb]} {_ADVERBS[adverb]}.")
    for noun in _NOUNS
    for verb in _VERBS
    for adverb in _ADVERBS
]

# A text for language models, each ten words: „Der Hund schläft hier. The dog sleeps here.“
DOCUMENTS = [f"{pair.source} {pair.target}" for pair in PAIRS]

# What people and programs write besides words.
TEXTS = [
    "Hallo Welt",
    "Straße 14:35, 3,20 €",
    "„Ja“, sagte er … (nein?!)",
    "</s><pad><s><unk>",
    "a  b\tc\nd ",
    "👩‍👩‍👧 🇩🇪 e\u0301",
    "שלום עולם",
    "\x00\x07\ufffd",
    "",
]


@cache
def tokenizer() -> SubwordTokenizer:
    """A tokenizer of 320 ids: the bytes, some sixty merges of PAIRS, and the special ids."""
    return SubwordTokenizer.train([side for p in PAIRS for side in (p.source, p.target)], 320)


def model(
    seed: int,
    *,
    writable: int = 12,
    vocab_size: int = 64,
    ending: float = 0.0,
    float16: bool = False,
    **sizes,
) -> Seq2Seq:
    """A random model, in evaluation mode, whose weights are large enough that it has preferences.

    ``ending`` is added to the logit of ``</s>``, the last writable id, so that it does end. With
    ``float16`` the weights are numbers of float16, as those of a loaded checkpoint are.
    """
    torch.manual_seed(seed)
    defaults = {"embedding_size": 16, "encoder_hidden_size": 8, "decoder_hidden_size": 16}
    config = Seq2SeqConfig(vocab_size, vocab_size, writable, **{**defaults, **sizes})
    made = Seq2Seq(config)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.randn(parameter.shape))
        made.decoder.bias[writable - 1] += ending
        if float16:
            made.half().float()
    return made.eval()


def write_checkpoint(folder: Path, seed: int = 0, pieces: Tokenizer | None = None) -> Seq2Seq:
    """Write a checkpoint of a random model that translates into noise, and return the model.

    It reads and writes subwords, or what ``pieces`` cuts: of letters, it corrects into noise.
    """
    pieces = pieces or tokenizer()
    made = model(seed, writable=pieces.eos_id + 1, vocab_size=pieces.vocab_size, ending=1.0)
    save_checkpoint(folder, made, [pieces], recipe={"name": folder.name})
    return made


def write_translators(root: Path) -> Path:
    """Write three checkpoints of random models, a-tiny, the default and tiny; return the folder."""
    for seed, name in enumerate(("a-tiny", DEFAULT, "tiny")):
        write_checkpoint(root / name, seed)
    return root


@cache
def words() -> WordTokenizer:
    """The 31 words of DOCUMENTS, commonest first: ``.`` is 0, ``der`` 1, ``the`` 2."""
    return WordTokenizer.train(DOCUMENTS, min_frequency=1)


@cache
def characters() -> CharacterTokenizer:
    """The characters of DOCUMENTS, the space among them."""
    return CharacterTokenizer.train(DOCUMENTS, min_frequency=1)


@cache
def letters() -> CharacterTokenizer:
    """The letters of English words, and the apostrophe."""
    return CharacterTokenizer.train(["abcdefghijklmnopqrstuvwxyz'"], min_frequency=1)


def language_model(
    seed: int,
    *,
    writable: int = 12,
    vocab_size: int = 64,
    ending: float = 0.0,
    float16: bool = False,
    **sizes,
) -> LanguageModel:
    """A random language model with preferences and a memory; see :func:`model`."""
    torch.manual_seed(seed)
    defaults = {"embedding_size": 16, "hidden_size": 16, "num_layers": 2}
    made = LanguageModel(LanguageModelConfig(vocab_size, writable, **{**defaults, **sizes}))
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            # Wide layers with weights near 1 would make much of the smallest difference.
            multiplies = "weight" in name and not name.startswith(("embedding", "output"))
            scale = parameter.size(-1) ** -0.5 if multiplies else 1.0
            parameter.copy_(scale * torch.randn(parameter.shape))
        made.bias[writable - 1] += ending
        if float16:
            made.half().float()
    return made.eval()


def write_language_model(
    folder: Path, pieces: ClosedTokenizer | None = None, seed: int = 0, **sizes
) -> LanguageModel:
    """Write a checkpoint of a random language model that writes noise, and return the model.

    It reads words, or what ``pieces`` cuts.
    """
    pieces = pieces or words()
    made = language_model(
        seed, writable=pieces.eos_id + 1, vocab_size=pieces.vocab_size, ending=1.0, **sizes
    )
    save_checkpoint(folder, made, [pieces], recipe={"name": folder.name})
    return made


class TableState(NamedTuple):
    """The state of a TableModel: the table that each row reads, and how many tokens it has read."""

    table: Tensor  # (R,)
    count: Tensor  # (R,)

    def select(self, rows: Tensor) -> "TableState":
        return TableState(self.table[rows.reshape(-1)], self.count[rows.reshape(-1)])


class TableModel:
    """A Markov chain for each source: tables[source][last token] are the next token's logits."""

    def __init__(self, tables: Tensor) -> None:
        self.tables = tables  # (B, V, V)

    def start(self) -> TableState:
        count = self.tables.size(0)
        return TableState(torch.arange(count), torch.zeros(count, dtype=torch.long))

    def step(
        self, tokens: Tensor, state: TableState, forced_attention: None = None
    ) -> StepOutput[TableState]:
        logits = self.tables[state.table, tokens]
        return StepOutput(logits, TableState(state.table, state.count + 1), None)
