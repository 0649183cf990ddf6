"""Batches for language models: chunks of documents, read one after the other (truncated BPTT).

B documents of similar length stand side by side, each from an empty state; or all of them form
one text, cut into B lanes. Either way chunks of T tokens follow each other, and the state behind
one is that before the next.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.data.batching import pad_rows
from core.errors import UserError
from core.tokenizers.protocol import Tokenizer

_JITTER = 0.1  # share of its length by which a document moves in the order of lengths


@dataclass(frozen=True)
class TextBatch:
    """A chunk of B texts as ids, padded on the right."""

    inputs: Tensor  # (B, T) each document begins with <s>
    targets: Tensor  # (B, T) each document ends with </s>
    is_target: Tensor  # (B, T) True where targets is a real token
    begins: bool  # whether the B texts begin here, from an empty state
    next_place: tuple[int, int] = (0, 0)  # where its stream goes on: epoch, batch

    def to(self, device: torch.device, non_blocking: bool = False) -> "TextBatch":
        """Return the batch on a device (Lightning calls this)."""
        inputs, targets, is_target = (
            field.to(device, non_blocking=non_blocking)
            for field in (self.inputs, self.targets, self.is_target)
        )
        return replace(self, inputs=inputs, targets=targets, is_target=is_target)


Text = tuple[list[int], list[int]]  # inputs, and the target of each


def framed(tokenizer: Tokenizer, ids: Sequence[int]) -> Text:
    """Return a document with its special tokens: ``<s> … `` and `` … </s>``."""
    return [tokenizer.bos_id, *ids], [*ids, tokenizer.eos_id]


def text_chunks(texts: Sequence[Text], pad_id: int, length: int) -> Iterator[TextBatch]:
    """Yield the chunks of B texts, in order, of ``length`` tokens at most."""
    inputs = pad_rows([row for row, _ in texts], pad_id)  # (B, longest)
    targets = pad_rows([row for _, row in texts], pad_id)
    ends = torch.tensor([len(row) for row, _ in texts])[:, None]
    is_target = torch.arange(inputs.size(1)) < ends
    for begin in range(0, inputs.size(1), length):
        chunk = slice(begin, begin + length)
        yield TextBatch(inputs[:, chunk], targets[:, chunk], is_target[:, chunk], begin == 0)


def similar_lengths(
    lengths: Sequence[int], size: int, chance: random.Random | None = None
) -> list[list[int]]:
    """Return groups of ``size`` numbers of documents of similar length.

    With ``chance``, documents meet others in each epoch and the groups are shuffled.
    """

    def key(number: int) -> float:
        return lengths[number] * (chance.uniform(1 - _JITTER, 1 + _JITTER) if chance else 1.0)

    order = sorted(range(len(lengths)), key=key)
    groups = [order[begin : begin + size] for begin in range(0, len(order), size)]
    if chance is not None:
        chance.shuffle(groups)
    return groups


def lanes(texts: Sequence[Text], count: int) -> list[Text]:
    """Return the texts, one after the other, cut into ``count`` texts of equal length.

    Fewer than ``count`` tokens are left over at the end and lost.

    Raises:
        UserError: there are fewer tokens than lanes.
    """
    inputs = [token for row, _ in texts for token in row]
    targets = [token for _, row in texts for token in row]
    length = len(inputs) // count
    if length < 1:
        raise UserError(f"The text has {len(inputs)} tokens; {count} lanes need {count} or more.")
    cuts = [slice(lane * length, (lane + 1) * length) for lane in range(count)]
    return [(inputs[cut], targets[cut]) for cut in cuts]


def text_batches(
    rows: Sequence[Sequence[int]],
    tokenizer: Tokenizer,
    size: int,
    length: int,
    continuous: bool,
    chance: random.Random | None = None,
) -> Iterator[TextBatch]:
    """Yield the chunks of all documents.

    Args:
        rows: ids of each document, without special tokens.
        size: B, texts side by side.
        length: T, tokens of a chunk at most.
        continuous: the documents form one text, in their order; else they are grouped by length.
        chance: shuffles what is grouped.
    """
    texts = [framed(tokenizer, ids) for ids in rows]
    if continuous:
        yield from text_chunks(lanes(texts, size), tokenizer.pad_id, length)
        return
    for group in similar_lengths([len(ids) for ids in rows], size, chance):
        yield from text_chunks([texts[number] for number in group], tokenizer.pad_id, length)


class TextStream:
    """An endless stream of training batches whose place can be saved.

    The order of epoch ``e`` depends on (seed, e) alone. Each of ``world`` processes reads every
    ``world``-th document, and goes through its epochs on its own.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[int]],
        tokenizer: Tokenizer,
        size: int,
        length: int,
        continuous: bool,
        seed: int,
    ) -> None:
        """See :func:`text_batches`."""
        self.rows, self.tokenizer = rows, tokenizer
        self.size, self.length, self.continuous, self.seed = size, length, continuous, seed
        self.rank, self.world = 0, 1
        self.place = (0, 0)  # epoch, batch

    @property
    def shares(self) -> int:
        """Return by how many workers its batches can be made: a chunk follows another."""
        return 1

    def __iter__(self) -> Iterator[TextBatch]:
        epoch, first = self.place
        rows = self.rows[self.rank :: self.world]
        if not rows:
            raise UserError("The text has fewer documents than there are processes to train it.")
        while True:
            chance = random.Random(f"{self.seed} {epoch}")
            batches = text_batches(
                rows, self.tokenizer, self.size, self.length, self.continuous, chance
            )
            for index, batch in enumerate(batches):
                if index >= first:
                    # Behind the last batch of an epoch there is none, and the next one begins.
                    yield replace(batch, next_place=(epoch, index + 1))
            epoch, first = epoch + 1, 0
