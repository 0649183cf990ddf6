"""The studies that run in processes of their own: orders of batches, and saving memory."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch

from core.data import documents
from core.data.documents import TextData
from core.measuring import in_fresh_process
from core.training.studies import accumulation, batching, layer_sizes
from tests.tiny import DOCUMENTS
from tests.training.test_studies import ROW


def in_this_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """Peaks are then those of all tests so far; a process of its own takes seconds to start."""
    threads = torch.get_num_threads()
    try:
        return function(*arguments)
    finally:
        torch.set_num_threads(threads)


LENGTHS = [5, 1, 4, 2, 3, 6, 8, 7]


def test_sorted_batches_stay_and_others_change() -> None:
    def epochs(order: str) -> list[list[list[int]]]:
        chance = random.Random(1)
        return [batching.ORDERS[order](LENGTHS, 2, chance) for _ in range(3)]

    for groups in [one for order in batching.ORDERS for one in epochs(order)]:
        assert sorted(number for group in groups for number in group) == list(range(8))
    first, *others = epochs("sorted")
    assert others == [first, first]
    assert [sorted(LENGTHS[number] for number in group) for group in first] == [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
    ]
    for order in ("shuffled", "bucketed"):
        assert len({str(groups) for groups in epochs(order)}) > 1


def test_shuffled_batches_have_the_most_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [" ".join([text] * (1 + n % 4)) for n, text in enumerate(DOCUMENTS)]
    data = TextData(texts[:80], texts[80:], [])
    monkeypatch.setitem(documents.TEXTS, "arxiv-subset", lambda: data)
    monkeypatch.setattr(batching, "in_fresh_process", in_this_process)
    report = batching.batching("a command", documents=64, epochs=2)
    assert report.keys() == ROW
    rows = {row["order"]: row for row in report["rows"]}
    assert list(rows) == ["sorted", "shuffled", "bucketed"]
    assert rows["sorted"]["padding"] <= rows["bucketed"]["padding"] < rows["shuffled"]["padding"]
    for order in ("sorted", "shuffled"):
        assert f"{rows[order]['core_seconds_per_epoch']} s" in report["finding"]
    for row in rows.values():
        assert 1 <= row["best_epoch"] <= 2 and row["best_perplexity"] <= row["last_perplexity"]
    assert [len(line["y"]) for line in report["series"]] == [2] * 6


def test_accumulated_gradients_are_those_of_the_whole_batch() -> None:
    whole = accumulation.gradients(accumulation.WHOLE, 24)
    differences = {
        way: accumulation._difference(accumulation.gradients(way, 24), whole)
        for way in accumulation.WAYS
    }
    assert differences[accumulation.WHOLE] == 0
    assert differences["accumulated"] < 1e-5 and differences["checkpointed"] < 1e-5
    assert differences[accumulation.WRONG] > 1e-3


def test_checkpoints_save_memory() -> None:
    whole, twice = (
        in_fresh_process(accumulation.measure, way, (8, 32), 1)
        for way in (accumulation.WHOLE, "checkpointed")
    )
    assert whole[32][1] > 2 * whole[8][1]
    assert twice[32][1] < 0.6 * whole[32][1]


def test_each_way_is_told_at_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accumulation, "in_fresh_process", in_this_process)
    report = accumulation.accumulation("a command", batches=(2, 16), steps=1)
    assert report.keys() == ROW
    rows = {(row["way"], row["batch"]): row for row in report["rows"]}
    assert list(rows) == [(way, size) for size in (2, 16) for way in accumulation.WAYS]
    assert all(row["core_ms"] > 0 for row in rows.values())
    assert rows[accumulation.WHOLE, 16]["gradient_difference"] == 0
    assert "With 16 texts: whole batch" in report["finding"]


def test_each_size_is_told_by_what_it_is_a_multiple_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_sizes, "_WIDTHS", (64, 32, 40, 65))
    monkeypatch.setattr(layer_sizes, "_VOCABULARIES", (128, 96, 72, 63))
    report = layer_sizes.layer_sizes("a command", rounds=1)
    assert report.keys() == ROW
    assert [row["multiple_of"] for row in report["rows"]] == [64, 32, 8, 1] * 2
    assert all(row["ms"] > 0 and row["ps_per_product"] > 0 for row in report["rows"])
    assert "output: " in report["finding"]
