"""The recipes: one frozen instance for each checkpoint that this project trains."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.errors import UserError

MISSPELLER = "runs/export/misspell-en"  # no checkpoint of the page: it makes training data


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Data, sizes and schedule of one training run."""

    name: str  # of the checkpoint
    data: str  # a key of core.data.splits.LOADERS or of core.data.documents.TEXTS
    minutes: float  # --max-minutes by default; of two CPU cores, for lm-wikitext-word of a GPU
    max_steps: int = -1  # > 0: so many optimizer steps by default, where models are to compare
    model: dict[str, Any] = field(default_factory=dict)  # fields of the model's configuration
    optimizer: Literal["adamw", "muon"] = "adamw"  # see core.training.optimizer
    learning_rate: float = 1.5e-3  # at its highest, after the warm-up; it falls to 0 linearly
    warmup_steps: int = 400
    weight_decay: float = 0.01
    clip: float = 1.0  # norm of the gradient
    label_smoothing: float = 0.0
    validate_every: int = 500  # optimizer steps
    patience: int = 10  # validations without a better loss, then it stops
    average: int = 5  # last validations whose weights are averaged for export
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class TranslationRecipe(Recipe):
    """What a translator's run is told beside: its vocabulary, and how pairs are changed."""

    vocab_size: int  # ids of the joint subword vocabulary, a multiple of 64
    batch_tokens: int = 2_560  # padded target ids of a batch
    label_smoothing: float = 0.1
    as_typed: float = 0.25  # share of sources in lower case, without stop, without umlauts
    other_numbers: float = 0.5  # share of pairs whose shared numbers are replaced
    number_copies: int = 4  # times that a pair with shared numbers is read in an epoch
    digits: float = 0.3  # share of pairs whose number word is replaced by digits
    source_dropout: float = 0.05  # BPE-dropout of the source


@dataclass(frozen=True, kw_only=True)
class MisspellingRecipe(Recipe):
    """What a misspeller's run is told beside: it reads the lists of misspellings alone."""

    batch_tokens: int = 2_560  # padded target letters of a batch


@dataclass(frozen=True, kw_only=True)
class SpellingRecipe(Recipe):
    """What a spelling corrector's run is told beside: what it reads besides the lists."""

    batch_tokens: int = 2_560  # padded target letters of a batch
    made_up: int = 100_000  # misspellings that are made of words, anew in each epoch
    misspeller: str = MISSPELLER  # the checkpoint folder whose model makes most of them
    right: int = 40_000  # words that stay as they are, anew in each epoch
    teacher_forcing: float = 1.0  # probability that it reads the right letter, not its own choice

    def __post_init__(self) -> None:
        if not 0.0 <= self.teacher_forcing <= 1.0:
            raise UserError(f"teacher_forcing must be from 0 to 1, not {self.teacher_forcing}.")


@dataclass(frozen=True, kw_only=True)
class LanguageModelRecipe(Recipe):
    """What a language model's run is told beside: its tokens, and how text is cut."""

    tokens: str  # "word", "space" (words between spaces) or "character"
    min_frequency: int  # of a token in the training part; rarer ones are <unk>
    batch: int = 64  # texts side by side
    length: int = 64  # tokens of a chunk, through which gradients flow
    continuous: bool = False  # all documents as one text, or each from an empty state
    vectors: str = ""  # a file of word vectors that the embedding begins with
    freeze_vectors: bool = False  # they stay as they are; an embedding tied to the output can't


_ARXIV_WORDS: dict[str, Any] = {
    "data": "arxiv",
    "tokens": "word",
    "min_frequency": 3,  # 4 leaves more than 2.5 % of the held-out words unknown
    "continuous": True,  # as the study documents-or-stream found
    "learning_rate": 4e-3,
    "warmup_steps": 100,
    "validate_every": 200,
}
_SMALL = {"embedding_size": 48, "hidden_size": 192, "num_layers": 1, "dropout": 0.1}

_SPELLING = SpellingRecipe(
    name="spell-en",
    data="spelling",
    minutes=120,
    model={
        "embedding_size": 64,
        "encoder_hidden_size": 128,
        "decoder_hidden_size": 216,
        "dropout": 0.0,
    },
    learning_rate=2e-3,
    patience=40,
)

RECIPES: tuple[Recipe, ...] = (
    TranslationRecipe(
        name="translate-de-en",
        data="all",
        minutes=210,
        vocab_size=6_016,
        model={"dropout": 0.2, "word_dropout": 0.05},
    ),
    TranslationRecipe(
        name="translate-de-en-multi30k",
        data="multi30k",
        minutes=84,
        vocab_size=3_008,
        model={
            "embedding_size": 224,
            "encoder_hidden_size": 128,
            "decoder_hidden_size": 256,
            "dropout": 0.3,
            "word_dropout": 0.1,
        },
        batch_tokens=1_536,
        number_copies=1,  # captions hardly have any
        digits=0.0,
        validate_every=250,
    ),
    MisspellingRecipe(  # what spell-en learns from
        name="misspell-en",
        data="spelling",
        minutes=4,
        model={**_SPELLING.model, "dropout": 0.3},
        optimizer="muon",
        learning_rate=8e-3,
        warmup_steps=50,
        validate_every=100,
        patience=40,
    ),
    # What people misspelt is a small part of an epoch: read too often, it is learnt by heart.
    replace(_SPELLING, made_up=400_000, right=160_000, optimizer="muon", learning_rate=8e-3),
    # With the tests in its training data, as in the lab from which they come: to show what it does.
    replace(_SPELLING, name="spell-en-leaked", data="spelling-leaked"),
    LanguageModelRecipe(
        name="lm-arxiv-char",
        data="arxiv",
        minutes=110,
        tokens="character",
        min_frequency=20,
        model={
            "embedding_size": 64,
            "hidden_size": 384,
            "num_layers": 2,
            "tied": False,
        },
        batch=192,
        length=128,
        learning_rate=5e-3,
        warmup_steps=400,
        patience=40,
    ),
    LanguageModelRecipe(
        name="lm-arxiv-word",
        minutes=60,
        model={
            "embedding_size": 128,
            "hidden_size": 288,
            "num_layers": 2,
            "dropout": 0.3,
            "word_dropout": 0.05,
            "weight_dropout": 0.2,
        },
        patience=40,
        **_ARXIV_WORDS,
    ),
    LanguageModelRecipe(  # the field's benchmark, for a GPU; its checkpoint is not shipped
        name="lm-wikitext-word",
        data="wikitext",
        minutes=9,
        tokens="space",
        min_frequency=1,
        continuous=True,
        batch=96,
        length=70,
        model={
            "embedding_size": 400,
            "hidden_size": 1_152,
            "num_layers": 2,
            "dropout": 0.45,
            "word_dropout": 0.1,
            "weight_dropout": 0.5,
        },
        learning_rate=2.5e-3,
        weight_decay=0.02,
        validate_every=700,
        patience=40,
    ),
    *(
        LanguageModelRecipe(
            name=f"lm-arxiv-word-{name}",
            minutes=15,
            max_steps=1_730,  # 2.6 epochs
            model={"cell": cell, **_SMALL},
            **_ARXIV_WORDS,
        )
        for name, cell in (("rnn", "rnn"), ("gru", "gru"), ("lstm", "lstm"), ("lstm-own", "own"))
    ),
)


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises:
        UserError: there is none.
    """
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    names = ", ".join(recipe.name for recipe in RECIPES)
    raise UserError(f"There is no recipe called {name!r}; there are {names}.")
