"""Batches that other processes make, as for a GPU: each pair once, each chunk in its place."""

import dataclasses
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from core.checkpoint import read_history
from core.data import batching
from core.data.corpora import Pair
from core.errors import UserError
from core.training import run
from core.training.run import _task, train
from core.training.workers import loader
from tests.training.runs import DATA, RUNS, TEXT, options, recipe

CORES = 8  # enough for four workers
RECIPE = recipe(number_copies=1, batch_tokens=10_000, other_numbers=0.0)


@pytest.fixture(autouse=True)
def four_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: CORES)
    monkeypatch.setattr(batching, "_SHARE", 5)  # pairs


def targets(batch) -> list[tuple[int, ...]]:
    """The target ids of each row, without padding."""
    rows = zip(batch.target_output, batch.is_target, strict=True)
    return [tuple(row[real].tolist()) for row, real in rows]


def epoch_of_workers(batches, workers: int) -> Counter[tuple[int, ...]]:
    """What all workers read until each of them has ended its first epoch."""
    found: Counter[tuple[int, ...]] = Counter()
    ended: set[int] = set()
    for number, batch in enumerate(batches):
        if number % workers not in ended:
            found.update(targets(batch))
        if batch.next_place[0] == 1:
            ended.add(number % workers)
        if len(ended) == workers:
            return found
    raise AssertionError("the batches ended")


def all_targets(tokenizer) -> Counter[tuple[int, ...]]:
    rows = tokenizer.encode_batch([pair.target for pair in DATA.train])
    return Counter((*ids, tokenizer.eos_id) for ids in rows)


def test_without_a_gpu_and_for_few_pairs_the_process_makes_its_batches_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = _task(RECIPE, DATA)
    stream = task.stream(task.tokenizer())
    assert loader(stream, uses_gpu=False, devices=1) is stream
    assert loader(stream, uses_gpu=True, devices=1) is not stream
    monkeypatch.setattr(batching, "_SHARE", 1_000)
    assert loader(stream, uses_gpu=True, devices=1) is stream


def test_the_workers_of_an_epoch_read_each_pair_once() -> None:
    task = _task(RECIPE, DATA)
    tokenizer = task.tokenizer()
    batches = loader(task.stream(tokenizer), uses_gpu=True, devices=1)
    assert epoch_of_workers(batches, 4) == all_targets(tokenizer)


def test_so_do_those_of_several_processes_together() -> None:
    task = _task(RECIPE, DATA)
    tokenizer = task.tokenizer()
    found: Counter[tuple[int, ...]] = Counter()
    for rank in range(2):
        stream = task.stream(tokenizer)
        stream.rank, stream.world = rank, 2
        found += epoch_of_workers(loader(stream, uses_gpu=True, devices=2), 2)
    assert found == all_targets(tokenizer)


def test_what_a_worker_can_not_make_is_one_sentence() -> None:
    long = [Pair("der Hund " * 200, "the dog " * 200)] * len(DATA.train)
    task = _task(RECIPE, dataclasses.replace(DATA, train=long))
    batches = loader(task.stream(_task(RECIPE, DATA).tokenizer()), uses_gpu=True, devices=1)
    with pytest.raises(UserError, match=r"^The text has no sentence that is short enough"):
        next(iter(batches))


@pytest.mark.parametrize("kind", ["words", "one text"])
def test_chunks_of_a_text_follow_each_other(kind: str) -> None:
    task = _task(RUNS[kind][0], TEXT)
    plain, made = (task.stream(task.tokenizer()) for _ in range(2))
    plain.place = made.place = (1, 2)
    found = list(islice(loader(made, uses_gpu=True, devices=1), 20))
    for one, other in zip(islice(plain, 20), found, strict=True):
        assert one.inputs.equal(other.inputs)
        assert (one.begins, one.next_place) == (other.begins, other.next_place)


def test_a_run_whose_batches_workers_make_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "loader", lambda stream, *_: loader(stream, True, 1))
    small = dataclasses.replace(RECIPE, batch_tokens=60)
    train(small, options(tmp_path, max_steps=20), DATA)
    before = read_history(tmp_path / "out")
    train(small, options(tmp_path, max_steps=60, resume=True), DATA)
    after = read_history(tmp_path / "out")
    assert [row["step"] for row in after] == [10, 20, 30, 40, 50, 60]
    assert after[:2] == before
    assert after[-1]["epoch"] > before[-1]["epoch"]
    assert after[-1]["valid_loss"] < before[-1]["valid_loss"]
