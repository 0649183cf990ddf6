"""Batches that other processes make, as for a GPU: each pair once, each chunk in its place."""

from collections import Counter
from itertools import islice

import pytest

from core.training.run import _task
from core.training.workers import loader
from tests.training.runs import DATA, RUNS, TEXT, recipe

FOUR_PROCESSES = 8  # threads of a machine


def targets(batches, count: int) -> list[tuple[int, ...]]:
    """The target ids of each row of so many batches, without padding."""
    found = []
    for batch in islice(batches, count):
        rows = zip(batch.target_output, batch.is_target, strict=True)
        found += [tuple(row[real].tolist()) for row, real in rows]
    return found


def test_without_a_gpu_the_process_makes_its_batches_itself() -> None:
    task = _task(recipe(), DATA)
    stream = task.stream(task.tokenizer())
    assert loader(stream, uses_gpu=False) is stream


def test_the_workers_of_an_epoch_read_each_pair_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: FOUR_PROCESSES)
    task = _task(recipe(number_copies=1, batch_tokens=10_000, other_numbers=0.0), DATA)
    tokenizer = task.tokenizer()
    # All that a worker has of an epoch goes into few batches, one for each length of a source.
    made = iter(loader(task.stream(tokenizer), uses_gpu=True))
    found: Counter[tuple[int, ...]] = Counter()
    ended = set()
    for number, batch in enumerate(made):
        if number % 4 in ended:
            continue
        found.update(targets([batch], 1))
        if batch.next_place[0] == 1:
            ended.add(number % 4)
        if len(ended) == 4:
            break
    expected = Counter(
        (*ids, tokenizer.eos_id)
        for ids in tokenizer.encode_batch([pair.target for pair in DATA.train])
    )
    assert found == expected


@pytest.mark.parametrize("kind", ["words", "one text"])
def test_chunks_of_a_text_follow_each_other(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: FOUR_PROCESSES)
    task = _task(RUNS[kind][0], TEXT)
    plain, made = (task.stream(task.tokenizer()) for _ in range(2))
    expected = list(islice(plain, 20))
    for one, other in zip(expected, loader(made, uses_gpu=True), strict=False):
        assert one.inputs.equal(other.inputs)
        assert (one.begins, one.next_place) == (other.begins, other.next_place)
