"""Batches of sentence pairs by token count, from length-sorted pools, in a repeatable order."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.data.corpora import Pair
from core.errors import UserError
from core.tokenizers.protocol import Tokenizer

_POOL = 100_000  # pairs that are sorted together; smaller pools mix lengths more, and pad more
_SHARE = 1_000  # pairs, at least, of a process that makes batches
_LONGEST = 160  # pieces; the few longer sentences would only make slow batches


@dataclass(frozen=True)
class Batch:
    """B sentence pairs as ids, padded on the right."""

    source: Tensor  # (B, S) each row ends with </s>
    lengths: Tensor  # (B,) of the sources; stays on the CPU, as packing needs it
    target_input: Tensor  # (B, T) begins with <s>
    target_output: Tensor  # (B, T) ends with </s>
    is_target: Tensor  # (B, T) True where target_output is a real token
    next_place: tuple[int, int] = (0, 0)  # where its stream goes on: epoch, batch

    def to(self, device: torch.device, non_blocking: bool = False) -> "Batch":
        """Return the batch on a device (Lightning calls this)."""

        def move(field: Tensor) -> Tensor:
            return field.to(device, non_blocking=non_blocking)

        return replace(
            self,
            source=move(self.source),
            target_input=move(self.target_input),
            target_output=move(self.target_output),
            is_target=move(self.is_target),
        )


def pad_rows(rows: Sequence[Sequence[int]], pad_id: int) -> Tensor:
    """Return (B, longest) ids, padded on the right."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad_id] * (longest - len(row))] for row in rows])


def make_batch(
    rows: Sequence[tuple[list[int], list[int]]], source: Tokenizer, target: Tokenizer
) -> Batch:
    """Return the batch of id pairs, adding special tokens and padding."""
    sources = [[*ids, source.eos_id] for ids, _ in rows]
    lengths = torch.tensor([len(ids) + 1 for _, ids in rows])
    outputs = pad_rows([[*ids, target.eos_id] for _, ids in rows], target.pad_id)
    return Batch(
        pad_rows(sources, source.pad_id),
        torch.tensor([len(ids) for ids in sources]),
        pad_rows([[target.bos_id, *ids] for _, ids in rows], target.pad_id),
        outputs,
        torch.arange(outputs.size(1)) < lengths[:, None],
    )


def by_token_count(
    rows: Sequence[tuple[list[int], list[int]]], tokens: int, chance: random.Random | None = None
) -> list[list[int]]:
    """Return batches of row numbers, each of at most ``tokens`` padded target ids.

    With ``chance``, rows are shuffled, sorted by length within pools, and the batches shuffled.
    The sources of a batch have one length wherever there are enough of it: an encoder without
    padding runs twice as fast.
    """
    numbers = [n for n, row in enumerate(rows) if max(map(len, row)) <= _LONGEST]
    if chance is not None:
        chance.shuffle(numbers)
    batches: list[list[int]] = []
    for begin in range(0, len(numbers), _POOL):
        pool = sorted(
            numbers[begin : begin + _POOL], key=lambda n: (len(rows[n][0]), len(rows[n][1]))
        )
        batches += _cut(pool, rows, tokens)
    if chance is not None:
        chance.shuffle(batches)
    return batches


def _cut(
    pool: Sequence[int], rows: Sequence[tuple[list[int], list[int]]], tokens: int
) -> list[list[int]]:
    batches: list[list[int]] = [[]]
    longest = 0
    for number in pool:
        source, target = rows[number]
        batch = batches[-1]
        size = (len(batch) + 1) * max(longest, len(target) + 1)
        longer = bool(batch) and len(rows[batch[-1]][0]) != len(source)
        if batch and (size > tokens or (longer and size > tokens // 2)):
            batch = []
            batches.append(batch)
            longest = 0
        batch.append(number)
        longest = max(longest, len(target) + 1)
    return [batch for batch in batches if batch]


class BatchStream:
    """An endless stream of training batches whose place can be saved.

    Order and changes of epoch ``e`` depend on (seed, e) and the process alone, but for BPE-dropout,
    which can't be seeded. Each of ``world`` processes reads every ``world``-th pair, and goes
    through its epochs on its own. A batch names the place behind it: a trainer fetches ahead, so
    the place of the stream itself is not that of the training.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        source: Tokenizer,
        target: Tokenizer,
        tokens: int,
        seed: int,
        augment: Callable[[Sequence[Pair], random.Random], list[Pair]],
        source_dropout: float,
    ) -> None:
        """``tokens`` is the padded target ids of a batch; ``source_dropout`` is BPE-dropout.

        ``augment`` is given the pairs of each epoch, and returns what is read in their place.
        """
        self.pairs, self.source, self.target = pairs, source, target
        self.tokens, self.seed = tokens, seed
        self.augment, self.source_dropout = augment, source_dropout
        self.rank, self.world = 0, 1
        self.place = (0, 0)  # epoch, batch

    @property
    def shares(self) -> int:
        """Return by how many workers its batches can be made; 0 if none is worth it."""
        return len(self.pairs) // (_SHARE * self.world)

    def __iter__(self) -> Iterator[Batch]:
        epoch, first = self.place
        while True:
            rows, batches = self._epoch_batches(epoch)
            if not batches:
                raise UserError("The text has no sentence that is short enough to train on.")
            for index in range(first, len(batches)):
                batch = [rows[number] for number in batches[index]]
                place = (epoch, index + 1) if index + 1 < len(batches) else (epoch + 1, 0)
                yield replace(make_batch(batch, self.source, self.target), next_place=place)
            epoch, first = epoch + 1, 0

    def _epoch_batches(
        self, epoch: int
    ) -> tuple[list[tuple[list[int], list[int]]], list[list[int]]]:
        chance = random.Random(f"{self.seed} {epoch}")
        order = chance.sample(range(len(self.pairs)), len(self.pairs))[self.rank :: self.world]
        # Draws of its own: else all processes would make the same of their pairs.
        chance = random.Random(f"{self.seed} {epoch} {self.rank}")
        pairs = self.augment([self.pairs[number] for number in order], chance)
        sources = self.source.encode_batch([p.source for p in pairs], self.source_dropout)
        targets = self.target.encode_batch([p.target for p in pairs])
        rows = list(zip(sources, targets, strict=True))
        return rows, by_token_count(rows, self.tokens, chance)
