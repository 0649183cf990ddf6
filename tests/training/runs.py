"""Recipes so small that a run takes seconds, on the made-up texts of tests/tiny.py."""

from pathlib import Path

from core.data.documents import TextData
from core.data.splits import ParallelData
from core.training.options import RunOptions
from core.training.recipes import LanguageModelRecipe, Recipe, TranslationRecipe
from tests.tiny import DOCUMENTS, PAIRS

DATA = ParallelData(train=PAIRS[:80], valid={"made-up": PAIRS[80:]}, test={})
# Twenty documents are held out, another adverb for each verb: both parts have all words.
_HELD_OUT = [text for n, text in enumerate(DOCUMENTS) if n % 5 == n // 5 % 5]
TEXT = TextData([text for text in DOCUMENTS if text not in _HELD_OUT], _HELD_OUT, [])


def recipe(**changes) -> TranslationRecipe:
    sizes = {"embedding_size": 16, "encoder_hidden_size": 8, "decoder_hidden_size": 16}
    settings = {
        "name": "tiny",
        "data": "none",
        "minutes": 1,
        "vocab_size": 320,
        "model": {**sizes, "dropout": 0.1, "word_dropout": 0.05},
        "batch_tokens": 200,
        "learning_rate": 1e-2,
        "warmup_steps": 5,
        "source_dropout": 0.0,  # its draws can't be repeated
        "validate_every": 10,
    }
    return TranslationRecipe(**{**settings, **changes})


def writer_recipe(**changes) -> LanguageModelRecipe:
    """A language model of words; a document of eleven tokens takes three chunks."""
    settings = {
        "name": "tiny-writer",
        "data": "none",
        "minutes": 1,
        "tokens": "word",
        "min_frequency": 1,
        "model": {"embedding_size": 16, "hidden_size": 32, "num_layers": 2, "dropout": 0.1},
        "batch": 16,
        "length": 4,
        "learning_rate": 3e-2,
        "warmup_steps": 5,
        "validate_every": 10,
    }
    return LanguageModelRecipe(**{**settings, **changes})


# What a run is told, and its text, by what it trains.
RUNS: dict[str, tuple[Recipe, ParallelData | TextData]] = {
    "translator": (recipe(), DATA),
    "words": (writer_recipe(), TEXT),
    "characters": (writer_recipe(tokens="character", length=20), TEXT),
    "one text": (writer_recipe(continuous=True, batch=8), TEXT),
}


def options(folder: Path, **changes) -> RunOptions:
    settings = {
        "output": folder / "out",
        "work": folder / "work",
        "command": "python -m core train tiny",
        "minutes": 1,
        "max_steps": 40,
        "device": "cpu",
    }
    return RunOptions(**{**settings, **changes})
