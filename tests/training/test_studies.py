"""A study trains what it compares, on its own text, and its report has the stored form."""

import dataclasses
import math
from itertools import islice
from pathlib import Path

import pytest

from core.checkpoint import load_checkpoint
from core.data import documents
from core.data.documents import TextData
from core.training.language_modelling import LanguageModelTask
from core.training.studies import language_models as studies
from core.training.studies import runs

ROW = {"title", "question", "command", "date", "machine", "rows", "series", "finding"}
TEXTS = [f"the {noun} {verb} here ." for noun in ("dog", "cat", "cow") for verb in ("sat", "ran")]
DATA = TextData(train=TEXTS * 4, valid=TEXTS[:2], test=[])


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The studies' recipes with few tokens, on 24 made-up documents."""
    for module in (studies, runs):
        monkeypatch.setattr(module, "WORK", tmp_path)
    for name in ("arxiv", "arxiv-subset"):
        monkeypatch.setitem(documents.TEXTS, name, lambda: DATA)
    for name in ("_WORDS", "_CHARACTERS"):
        recipe = getattr(studies, name)
        small = {**recipe.model, "embedding_size": 8, "hidden_size": 16}
        changed = {"min_frequency": 1, "batch": 8, "warmup_steps": 1, "model": small}
        monkeypatch.setattr(studies, name, dataclasses.replace(recipe, **changed))


def test_a_run_has_a_row_for_each_epoch() -> None:
    recipe = dataclasses.replace(studies._WORDS, continuous=False)
    run = runs.run("here", recipe, epochs=3)
    assert [row["step"] for row in run.history] == [3, 6, 9]  # 24 documents, 8 a batch
    assert run.history[-1]["train_loss"] < run.history[0]["train_loss"]
    assert run.weights == sum(p.numel() for p in run.writer.model.parameters())
    best = min(row["valid_loss"] for row in run.history)
    assert math.log(run.scores.perplexity) == pytest.approx(best, abs=0.02)


def test_an_epoch_is_the_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # In order of length a group of 8 has 3 chunks and the other 4; mixed, as in training, both 4.
    text = [" ".join(["dog"] * count) for count in (11, 12) for _ in range(8)]
    monkeypatch.setitem(
        documents.TEXTS, "arxiv-subset", lambda: TextData(train=text, valid=text, test=[])
    )
    recipe = dataclasses.replace(studies._WORDS, continuous=False, length=4)
    task = LanguageModelTask(recipe, None)
    steps = runs.steps_of(task, 4)
    tokens = [int(one.is_target.sum()) for one in islice(task.stream(task.tokenizer()), steps)]
    assert sum(tokens) == 4 * (8 * 12 + 8 * 13)
    assert len(runs.run("here", recipe, epochs=4).history) == 4


def test_a_frozen_embedding_is_not_counted_and_not_trained(tmp_path: Path) -> None:
    report = studies.word_vectors("a command", epochs=2)
    assert report.keys() == ROW and report["command"] == "a command"
    weights = {row["embedding"]: row["weights_trained"] for row in report["rows"]}
    assert weights["scratch"] == weights["tuned"] > weights["frozen"]
    words = (tmp_path / "vectors.txt").read_text(encoding="utf-8").splitlines()
    frozen = load_checkpoint(tmp_path / "vectors-frozen")
    first = words[0].split(" ")
    row = frozen.model.embedding.weight[frozen.target_tokenizer.encode(first[0])[0].id]
    given = [float(number) for number in first[1:]]
    assert row.tolist() == pytest.approx(given, abs=1e-3)  # float16


def test_the_kinds_are_compared_by_words_and_characters() -> None:
    report = studies.recurrent_kinds("a command", epochs=2)
    units, gated = ("word", "character"), ("gru", "lstm")
    names = [f"{unit}-{cell}" for unit in units for cell in ("rnn", "gru", "lstm")]
    assert [row["model"] for row in report["rows"]] == names
    assert [len(line["y"]) for line in report["series"]] == [2] * 12
    assert all(row["perplexity"] > 1 and row["sample"] for row in report["rows"])
    found = {row["model"]: row["perplexity"] for row in report["rows"]}
    more = [found[f"{unit}-rnn"] / found[f"{unit}-{cell}"] - 1 for unit in units for cell in gated]
    assert f" has {min(more):+.0%} to {max(more):+.0%} perplexity" in report["finding"]
