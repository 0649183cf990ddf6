"""A recipe so small that a run takes seconds, on the made-up pairs of tests/tiny.py."""

from pathlib import Path

from core.data.splits import ParallelData
from core.training.options import RunOptions
from core.training.recipes import TranslationRecipe
from tests.tiny import PAIRS

DATA = ParallelData(train=PAIRS[:80], valid={"made-up": PAIRS[80:]}, test={})


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


def options(folder: Path, **changes) -> RunOptions:
    settings = {
        "output": folder / "out",
        "work": folder / "work",
        "minutes": 1,
        "max_steps": 40,
        "device": "cpu",
    }
    return RunOptions(**{**settings, **changes})
