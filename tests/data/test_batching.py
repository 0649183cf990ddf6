"""Batches hold every pair once, in an order that can be repeated, shared out and gone on with."""

import random
from collections.abc import Sequence
from itertools import islice

import pytest

from core.data.batching import Batch, BatchStream, by_token_count, make_batch, pad_rows
from core.data.corpora import Pair
from core.errors import UserError
from tests.tiny import PAIRS, tokenizer

Rows = list[tuple[list[int], list[int]]]


def random_rows(count: int, longest: int = 30) -> Rows:
    chance = random.Random(count)
    return [
        ([1] * chance.randint(1, longest), [2] * chance.randint(1, longest)) for _ in range(count)
    ]


def stream(
    pairs: list[Pair] = PAIRS, tokens: int = 120, seed: int = 1, source_dropout: float = 0.0
) -> BatchStream:
    pieces = tokenizer()
    return BatchStream(
        pairs, pieces, pieces, tokens, seed, lambda pairs, chance: list(pairs), source_dropout
    )


def texts(batch: Batch) -> list[Pair]:
    """The pairs of a batch, from its ids."""
    decode = tokenizer().decode
    rows = zip(batch.source.tolist(), batch.target_output.tolist(), strict=True)
    return [Pair(decode(source), decode(target)) for source, target in rows]


def one_epoch(batches: BatchStream) -> list[list[Pair]]:
    """The batches from the stream's place to the end of that epoch."""
    epoch, found = batches.place[0], []
    for batch in batches:
        found.append(texts(batch))
        if batch.next_place[0] != epoch:
            return found
    raise AssertionError("the stream ended")


def first(batches: BatchStream, count: int) -> list[list[Pair]]:
    return [texts(batch) for batch in islice(batches, count)]


def test_rows_are_padded_on_the_right() -> None:
    assert pad_rows([[1], [2, 3, 4], []], 9).tolist() == [[1, 9, 9], [2, 3, 4], [9, 9, 9]]


def test_a_batch_has_special_tokens_and_padding_in_their_places() -> None:
    pieces = tokenizer()
    end, begin, pad = pieces.eos_id, pieces.bos_id, pieces.pad_id
    batch = make_batch([([5, 6], [7]), ([5], [8, 9])], pieces, pieces)
    assert batch.source.tolist() == [[5, 6, end], [5, end, pad]]
    assert batch.lengths.tolist() == [3, 2]
    assert batch.target_input.tolist() == [[begin, 7, pad], [begin, 8, 9]]
    assert batch.target_output.tolist() == [[7, end, pad], [8, 9, end]]
    assert batch.is_target.tolist() == [[True, True, False], [True, True, True]]


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("tokens", [40, 200, 100_000])
def test_every_row_is_in_one_batch_and_batches_keep_to_their_size(
    tokens: int, shuffled: bool
) -> None:
    rows = random_rows(500)
    batches = by_token_count(rows, tokens, random.Random(0) if shuffled else None)
    assert sorted(number for batch in batches for number in batch) == list(range(500))
    for batch in batches:
        assert len(batch) * (max(len(rows[number][1]) for number in batch) + 1) <= tokens


def test_a_row_larger_than_a_batch_is_a_batch_of_its_own() -> None:
    assert by_token_count([([1], [2] * 9), ([1], [2])], 5) == [[1], [0]]


def test_batches_are_filled() -> None:
    # Four rows of ten target ids with </s>, and a hundred of two, in batches of forty ids.
    rows = [([1], [2] * 9)] * 4 + [([1, 1], [2])] * 100
    assert [len(batch) for batch in by_token_count(rows, 40)] == [4, 20, 20, 20, 20, 20]


def test_very_long_rows_are_left_out() -> None:
    rows = [([1] * 160, [1] * 160), ([1] * 161, [1]), ([1], [1] * 161)]
    assert by_token_count(rows, 1000) == [[0]]


def test_most_batches_hardly_pad_their_sources() -> None:
    rows = random_rows(5000)
    batches = by_token_count(rows, 500, random.Random(0))
    lengths = [[len(rows[number][0]) for number in batch] for batch in batches]
    padded = sum(len(batch) * max(batch) - sum(batch) for batch in lengths)
    assert padded < 0.02 * sum(map(sum, lengths))


@pytest.mark.parametrize("epoch", [0, 1])
def test_an_epoch_has_every_pair_once(epoch: int) -> None:
    batches = stream()
    batches.place = (epoch, 0)
    pairs = [pair for batch in one_epoch(batches) for pair in batch]
    assert sorted(pairs, key=str) == sorted(PAIRS, key=str)


def test_equal_seeds_give_equal_batches_other_seeds_and_epochs_others() -> None:
    assert first(stream(), 40) == first(stream(), 40)
    assert first(stream(seed=2), 5) != first(stream(), 5)
    later = stream()
    later.place = (1, 0)
    assert first(later, 5) != first(stream(), 5)


def test_augmentation_is_repeatable_and_differs_between_epochs() -> None:
    def numbered(pairs: Sequence[Pair], chance: random.Random) -> list[Pair]:
        return [Pair(f"{one.source} {chance.randrange(10**6)}", one.target) for one in pairs]

    def sources(epoch: int) -> set[str]:
        batches = stream()
        batches.augment, batches.place = numbered, (epoch, 0)
        return {pair.source for batch in one_epoch(batches) for pair in batch}

    assert sources(0) == sources(0)
    assert len(sources(0)) == len(PAIRS)
    assert sources(0).isdisjoint(sources(1))


def test_processes_share_an_epoch_and_read_each_pair_once_between_them() -> None:
    pairs = []
    for rank in range(3):
        batches = stream()
        batches.rank, batches.world = rank, 3
        pairs += [pair for batch in one_epoch(batches) for pair in batch]
    assert len(pairs) == len(PAIRS)
    assert len(set(pairs)) == len({pair for batch in one_epoch(stream()) for pair in batch})


def test_processes_change_their_pairs_in_other_ways() -> None:
    def drawn(rank: int) -> set[int]:
        numbers: set[int] = set()

        def noted(pairs: Sequence[Pair], chance: random.Random) -> list[Pair]:
            numbers.update(chance.randrange(10**9) for _ in pairs)
            return list(pairs)

        batches = stream(PAIRS * 3)
        batches.augment = noted
        batches.rank, batches.world = rank, 3
        one_epoch(batches)
        return numbers

    found = [drawn(rank) for rank in range(3)]
    assert len(set.union(*found)) == sum(map(len, found)) == 3 * len(PAIRS)


def test_a_stream_set_to_the_place_that_a_batch_names_goes_on_behind_it() -> None:
    epoch = len(one_epoch(stream()))
    whole = first(stream(), 2 * epoch + 2)
    # In the first epoch, at its end, at the beginning of the second and in it.
    for taken in (1, epoch - 1, epoch, epoch + 1):
        *_, last = islice(stream(), taken)
        after = stream()
        after.place = last.next_place
        assert first(after, len(whole) - taken) == whole[taken:]


def test_reading_ahead_moves_no_place() -> None:
    batches = stream()
    assert first(batches, 9) == first(batches, 9)


def test_a_share_without_a_sentence_is_refused() -> None:
    batches = stream(PAIRS[:1])
    batches.rank, batches.world = 1, 2
    with pytest.raises(UserError, match="no sentence that is short enough"):
        next(iter(batches))


def test_a_batch_moves_all_but_its_lengths() -> None:
    batch = next(iter(stream())).to("meta")
    assert batch.lengths.device.type == "cpu"
    for name in ("source", "target_input", "target_output", "is_target"):
        assert getattr(batch, name).device.type == "meta"
