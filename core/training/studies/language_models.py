"""Studies of language models: kinds of cells, over-fitting, word vectors, cuts of a text."""

import dataclasses
import math
from typing import Any

import torch

from core.data.word_vectors import place_vectors
from core.decoding.options import DecodingOptions
from core.evaluation.early_stopping import stopped
from core.pipelines.generator import TextGenerator
from core.report import Report, report
from core.tokenizers.word import WordTokenizer
from core.training.language_modelling import LanguageModelTask
from core.training.recipes import LanguageModelRecipe
from core.training.studies.runs import WORK, curves, run
from core.training.word_vectors import train_vectors

_CELLS = ("rnn", "gru", "lstm")
_SIZES: dict[str, Any] = {"embedding_size": 64, "hidden_size": 128, "num_layers": 1}
_WORDS = LanguageModelRecipe(
    name="study",
    data="arxiv-subset",
    minutes=1,
    tokens="word",
    min_frequency=5,
    model={**_SIZES, "dropout": 0.1},
    batch=32,
    length=64,
    continuous=True,  # as the study of documents and streams found
    learning_rate=4e-3,
    warmup_steps=50,
    average=1,
)
_CHARACTERS = dataclasses.replace(
    _WORDS, tokens="character", min_frequency=10, model={**_WORDS.model, "tied": False}, length=128
)


def recurrent_kinds(command: str, epochs: int = 10) -> Report:
    """RNN, GRU and LSTM, of words and of characters, on few abstracts."""
    rows: list[dict[str, Any]] = []
    series: list[dict[str, Any]] = []
    for unit, recipe in (("word", _WORDS), ("character", _CHARACTERS)):
        for cell in _CELLS:
            name = f"{unit}-{cell}"
            done = run(name, _with(recipe, cell=cell), epochs=epochs)
            rows.append(
                {
                    "model": name,
                    "weights": done.weights,
                    "seconds_per_epoch": round(done.history[-1]["seconds"] / epochs, 1),
                    "perplexity": round(done.scores.perplexity, 2),
                    "comparable_bits_per_character": round(
                        done.scores.comparable_bits_per_character, 3
                    ),
                    "sample": _sample(done.writer),
                }
            )
            series += curves(name, done.history)
    told = ", ".join(f"{row['model']} {row['perplexity']}" for row in rows)
    return report(
        f"RNN, GRU and LSTM on 1,800 abstracts, {epochs} epochs",
        "What do gates cost, and what do they gain?",
        command,
        rows,
        series,
        f"{_gates(rows)}, of one run each: {told}.",
    )


def _gates(rows: list[dict[str, Any]]) -> str:
    """Return in words what an RNN's perplexity is against that of the kinds with gates."""
    found = {row["model"]: row["perplexity"] for row in rows}
    more = [
        found[f"{unit}-rnn"] / found[f"{unit}-{cell}"] - 1
        for unit in ("word", "character")
        for cell in _CELLS
        if cell != "rnn"
    ]
    return f"Against a GRU or LSTM an RNN has {min(more):+.0%} to {max(more):+.0%} perplexity"


def overfitting(command: str, epochs: int = 200) -> Report:
    """RNN and LSTM of words for many epochs on few abstracts."""
    rows: list[dict[str, Any]] = []
    series: list[dict[str, Any]] = []
    for cell in ("rnn", "lstm"):
        done = run(f"overfitting-{cell}", _with(_WORDS, cell=cell, dropout=0.0), epochs=epochs)
        losses = [row["valid_loss"] for row in done.history]
        best = losses.index(min(losses))
        stop = stopped(losses, patience=10)
        rows.append(
            {
                "model": f"word-{cell}",
                "best_epoch": best + 1,
                "best_perplexity": round(math.exp(losses[best]), 1),
                "last_perplexity": round(math.exp(losses[-1]), 1),
                "last_train_perplexity": round(math.exp(done.history[-1]["train_loss"]), 1),
                "stopped_at_epoch": stop + 1,
                "epochs_saved": len(losses) - stop - 1,
            }
        )
        series += curves(f"word-{cell}", done.history)
    told = "; ".join(
        f"{row['model']} is best at epoch {row['best_epoch']}"
        f" ({row['best_perplexity']}) and ends at {row['last_perplexity']}"
        for row in rows
    )
    return report(
        f"{epochs} epochs on 1,800 abstracts",
        "When does a model begin to learn its text by heart, and what would early stopping save?",
        command,
        rows,
        series,
        f"{told}; stopping after 10 epochs without progress would have saved"
        f" {sum(row['epochs_saved'] for row in rows)} of {epochs * len(rows)} epochs.",
    )


def word_vectors(command: str, epochs: int = 10) -> Report:
    """Word vectors from the training part: none, frozen, tuned."""
    path, size = WORK / "vectors.txt", 96
    train_vectors("arxiv", size, path)
    plain = _with(_WORDS, embedding_size=size, tied=False)
    given = dataclasses.replace(plain, vectors=str(path))
    frozen = dataclasses.replace(given, freeze_vectors=True)
    tokenizer = LanguageModelTask(plain, None).tokenizer()
    assert isinstance(tokenizer, WordTokenizer)
    coverage = place_vectors(torch.empty(tokenizer.vocab_size, size), tokenizer.vocabulary, path)
    rows: list[dict[str, Any]] = []
    series: list[dict[str, Any]] = []
    for name, recipe in (("scratch", plain), ("frozen", frozen), ("tuned", given)):
        done = run(f"vectors-{name}", recipe, epochs=epochs)
        rows.append(
            {
                "embedding": name,
                "words_with_vectors": coverage.found if recipe.vectors else 0,
                "words": coverage.words,
                "weights_trained": done.weights,
                "perplexity": round(done.scores.perplexity, 1),
                "seconds_per_epoch": round(done.history[-1]["seconds"] / epochs, 1),
            }
        )
        series += curves(name, done.history)
    best = min(rows, key=lambda row: row["perplexity"])
    return report(
        "Word vectors of all abstracts in a model of 1,800",
        "Do vectors that were trained on more text help, frozen or tuned?",
        command,
        rows,
        series,
        f"The {best['embedding']} embedding is best: perplexity {best['perplexity']} after"
        f" {epochs} epochs, {rows[0]['perplexity']} from scratch.",
    )


def documents_or_stream(command: str, epochs: int = 10) -> Report:
    """Documents from an empty state, or one text cut into lanes."""
    rows: list[dict[str, Any]] = []
    series: list[dict[str, Any]] = []
    for name, continuous in (("documents", False), ("stream", True)):
        recipe = dataclasses.replace(_WORDS, continuous=continuous)
        done = run(f"cut-{name}", recipe, epochs=epochs)
        rows.append(
            {
                "cut": name,
                "perplexity": round(done.scores.perplexity, 1),
                "seconds_per_epoch": round(done.history[-1]["seconds"] / epochs, 1),
            }
        )
        series += curves(name, done.history)
    best, other = sorted(rows, key=lambda row: row["perplexity"])
    return report(
        "Documents or one stream",
        "Which way of cutting text for truncated BPTT validates better in as many epochs?",
        command,
        rows,
        series,
        f"Read as {best['cut']}, the model has a perplexity of {best['perplexity']} on documents"
        f" from an empty state; read as {other['cut']}, {other['perplexity']}.",
    )


def _with(recipe: LanguageModelRecipe, **sizes: Any) -> LanguageModelRecipe:
    return dataclasses.replace(recipe, model={**recipe.model, **sizes})


def _sample(writer: TextGenerator) -> str:
    options = DecodingOptions(method="sample", temperature=0.7, seed=1)
    length = 30 if writer.tokenizer.kind == "word" else 150
    return writer.write_all([writer.prompt("We", options, length)])[0].pretty
