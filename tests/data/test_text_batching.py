"""Chunks hold every token of a text once as a target, in an order that can be gone on with."""

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.text_batching import TextBatch, TextStream, lanes, similar_lengths, text_batches
from core.errors import UserError

EOS, BOS, PAD = 1001, 1002, 1003
IDS = SimpleNamespace(eos_id=EOS, bos_id=BOS, pad_id=PAD)
LENGTHS = [7, 1, 4, 30, 2, 12, 5, 5, 19, 3, 8, 1, 26]


def numbered(lengths: Iterable[int]) -> list[list[int]]:
    """Documents of these lengths whose tokens are all different: 0 1 2, 3, 4 5 …"""
    rows, start = [], 0
    for length in lengths:
        rows.append(list(range(start, start + length)))
        start += length
    return rows


ROWS = numbered(LENGTHS)


def texts(batches: Iterable[TextBatch]) -> list[tuple[list[int], list[int]]]:
    """Each text that stood beside others, its chunks joined: its real inputs and targets."""
    found: list[tuple[list[int], list[int]]] = []
    group: list[tuple[list[int], list[int]]] = []
    for batch in batches:
        if batch.begins:
            found += group
            group = [([], []) for _ in batch.inputs]
        assert batch.inputs.shape == batch.targets.shape == batch.is_target.shape
        assert len(batch.inputs) == len(group)
        for row, (inputs, targets) in enumerate(group):
            real = batch.is_target[row]
            inputs += batch.inputs[row][real].tolist()
            targets += batch.targets[row][real].tolist()
    return found + group


def batches(
    size: int, length: int, continuous: bool, chance: random.Random | None = None
) -> list[TextBatch]:
    return list(text_batches(ROWS, IDS, size, length, continuous, chance))


def test_documents_side_by_side_are_cut_into_chunks() -> None:
    first, second = text_batches([[1, 2, 3], [4]], IDS, size=2, length=3, continuous=False)
    # The shorter one first, as it was sorted.
    assert first.inputs.tolist() == [[BOS, 4, PAD], [BOS, 1, 2]]
    assert first.targets.tolist() == [[4, EOS, PAD], [1, 2, 3]]
    assert first.is_target.tolist() == [[True, True, False], [True, True, True]]
    assert second.inputs.tolist() == [[PAD], [3]]
    assert second.targets.tolist() == [[PAD], [EOS]]
    assert second.is_target.tolist() == [[False], [True]]
    assert (first.begins, second.begins) == (True, False)


def test_a_text_of_lanes_is_cut_into_chunks() -> None:
    # <s> 1 2 | 3 <s> 4 are read, and 1 2 3 | </s> 4 </s> are to be predicted.
    first, second = text_batches([[1, 2, 3], [4]], IDS, size=2, length=2, continuous=True)
    assert first.inputs.tolist() == [[BOS, 1], [3, BOS]]
    assert first.targets.tolist() == [[1, 2], [EOS, 4]]
    assert second.inputs.tolist() == [[2], [4]]
    assert second.targets.tolist() == [[3], [EOS]]
    assert first.is_target.all() and second.is_target.all()
    assert (first.begins, second.begins) == (True, False)


@pytest.mark.parametrize("length", [1, 4, 31, 500])
@pytest.mark.parametrize("size", [1, 3, 13, 64])
@pytest.mark.parametrize("shuffled", [False, True])
def test_each_document_is_predicted_once_with_its_end(
    size: int, length: int, shuffled: bool
) -> None:
    found = texts(batches(size, length, False, random.Random(1) if shuffled else None))
    assert sorted(targets for _, targets in found) == sorted([*row, EOS] for row in ROWS)
    for inputs, targets in found:
        assert inputs == [BOS, *targets[:-1]]


@pytest.mark.parametrize("length", [1, 4, 31, 500])
@pytest.mark.parametrize("size", [1, 3, 13, 64])
def test_the_whole_text_is_predicted_once_but_for_a_rest_below_the_number_of_lanes(
    size: int, length: int
) -> None:
    found = texts(batches(size, length, True))
    assert len(found) == size
    assert len({len(targets) for _, targets in found}) == 1
    whole = [token for row in ROWS for token in [*row, EOS]]
    read = [token for _, targets in found for token in targets]
    assert read == whole[: len(read)]
    assert 0 <= len(whole) - len(read) < size
    inputs = [token for row, _ in found for token in row]
    begins = [BOS, *(BOS if token == EOS else token for token in whole)]
    assert inputs == begins[: len(read)]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(1, 9), st.integers(1, 20))
def test_documents_of_any_lengths_are_predicted_once(
    lengths: list[int], size: int, length: int
) -> None:
    rows = numbered(lengths)
    found = texts(text_batches(rows, IDS, size, length, False, random.Random(3)))
    assert sorted(targets for _, targets in found) == sorted([*row, EOS] for row in rows)


@pytest.mark.parametrize("continuous", [False, True])
def test_chunks_keep_to_their_size_and_begin_where_a_text_begins(continuous: bool) -> None:
    found = batches(4, 6, continuous)
    assert all(len(batch.inputs) <= 4 and 1 <= batch.inputs.size(1) <= 6 for batch in found)
    begins = [batch.begins for batch in found]
    assert begins[0] and begins.count(True) == (1 if continuous else -(-len(ROWS) // 4))
    for batch in found:
        if batch.begins and not continuous:
            assert (batch.inputs[:, 0] == BOS).all()
    # A chunk that is shorter than it may be is the last of its text.
    for batch, after in zip(found, [*found[1:], None], strict=True):
        assert batch.inputs.size(1) == 6 or after is None or after.begins


def test_padding_and_nothing_else_is_masked() -> None:
    found = batches(4, 6, False)
    for batch in found:
        assert batch.is_target.equal(batch.targets != PAD)
        assert (batch.inputs[~batch.is_target] == PAD).all()
        assert (batch.inputs[batch.is_target] != PAD).all()
    assert not all(batch.is_target.all() for batch in found)


def test_documents_of_similar_length_stand_together() -> None:
    assert similar_lengths([5, 1, 9, 2], 2) == [[1, 3], [0, 2]]
    chance = random.Random(0)
    lengths = [chance.randrange(10, 300) for _ in range(2_000)]
    groups = similar_lengths(lengths, 32, chance)
    assert sorted(number for group in groups for number in group) == list(range(2_000))
    padded = sum(len(group) * max(lengths[n] for n in group) for group in groups)
    assert padded < 1.2 * sum(lengths)  # in any order: 1.9 times as many


def test_documents_meet_others_in_another_epoch() -> None:
    lengths = list(range(100, 300))
    one, other = (
        {frozenset(group) for group in similar_lengths(lengths, 8, random.Random(seed))}
        for seed in (1, 2)
    )
    assert len(one & other) < 3


def test_more_lanes_than_tokens_are_refused_with_both_numbers() -> None:
    with pytest.raises(UserError, match="has 3 tokens; 4 lanes need 4 or more"):
        lanes([([BOS, 1, 2], [1, 2, EOS])], 4)
    assert lanes([([BOS, 1, 2], [1, 2, EOS])], 3) == [([BOS], [1]), ([1], [2]), ([2], [EOS])]


def stream(continuous: bool = False, seed: int = 1, rows: list[list[int]] = ROWS) -> TextStream:
    return TextStream(rows, IDS, size=3, length=6, continuous=continuous, seed=seed)


def first(made: TextStream, count: int) -> list[tuple]:
    """What the next batches hold, their places included."""
    return [
        (batch.inputs.tolist(), batch.targets.tolist(), batch.begins, batch.next_place)
        for batch in islice(made, count)
    ]


def one_epoch(made: TextStream) -> list[TextBatch]:
    """The batches from the stream's place to the end of that epoch."""

    def batches() -> Iterator[TextBatch]:
        for batch in made:
            if batch.next_place[0] != made.place[0]:
                return
            yield batch

    return list(batches())


@pytest.mark.parametrize("continuous", [False, True])
def test_a_stream_set_to_the_place_that_a_batch_names_goes_on_behind_it(continuous: bool) -> None:
    epoch = len(one_epoch(stream(continuous)))
    assert epoch > 5
    whole = first(stream(continuous), 2 * epoch + 3)
    for taken in range(1, 2 * epoch + 2):
        after = stream(continuous)
        after.place = whole[taken - 1][-1]
        assert first(after, len(whole) - taken) == whole[taken:]


def test_an_epoch_has_every_document_once() -> None:
    for epoch in (0, 1):
        made = stream()
        made.place = (epoch, 0)
        found = texts(one_epoch(made))
        assert sorted(targets for _, targets in found) == sorted([*row, EOS] for row in ROWS)


def test_equal_seeds_give_equal_batches_other_seeds_and_epochs_others() -> None:
    assert first(stream(), 30) == first(stream(), 30)
    assert first(stream(seed=2), 5) != first(stream(), 5)
    later = stream()
    later.place = (1, 0)
    inputs = [[batch[0] for batch in first(made, 5)] for made in (later, stream())]
    assert inputs[0] != inputs[1]


def test_one_text_keeps_its_order_in_every_epoch() -> None:
    made = stream(continuous=True)
    expected = texts(one_epoch(made))
    made.place = (1, 0)
    assert texts(one_epoch(made)) == expected == texts(one_epoch(stream(True, seed=2)))


@pytest.mark.parametrize("continuous", [False, True])
def test_processes_share_an_epoch_and_read_each_document_once_between_them(
    continuous: bool,
) -> None:
    read: list[int] = []
    for rank in range(3):
        made = stream(continuous)
        made.rank, made.world = rank, 3
        read += [token for _, targets in texts(one_epoch(made)) for token in targets]
    tokens = [token for token in read if token != EOS]
    assert len(tokens) == len(set(tokens))
    lost = sum(LENGTHS) + len(LENGTHS) - len(read)
    # Of one text, each process may lose two tokens at the end of its three lanes.
    assert 0 <= lost <= 6 if continuous else lost == 0


def test_reading_ahead_moves_no_place() -> None:
    made = stream()
    assert first(made, 9) == first(made, 9)
    assert made.place == (0, 0)


def test_a_share_without_a_document_is_refused() -> None:
    made = stream(rows=ROWS[:1])
    made.rank, made.world = 1, 2
    with pytest.raises(UserError, match="fewer documents than there are processes"):
        next(iter(made))


def test_a_batch_moves_as_a_whole() -> None:
    batch = next(iter(stream()))
    moved = batch.to(torch.device("meta"))
    for name in ("inputs", "targets", "is_target"):
        assert getattr(moved, name).device.type == "meta"
    assert (moved.begins, moved.next_place) == (batch.begins, batch.next_place)
