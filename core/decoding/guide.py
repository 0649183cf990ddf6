"""What a caller may fix about a sequence before it is decoded: its beginning, its attention."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import UserError

MAX_RULES = 100  # each is looked at in every step


@dataclass(frozen=True)
class ForcedAttention:
    """Source positions that a step looks at, in equal parts, in place of its own choice."""

    step: int  # of the target token, from 0
    sources: tuple[int, ...]
    to_end: bool = False  # at every later step as well

    def holds_at(self, step: int) -> bool:
        """Return whether this is the rule of the step."""
        return step == self.step or (self.to_end and step > self.step)


class Spelling:
    """The bytes that each writable id stands for, and which ids can spell a given text."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        """``pieces`` are those of ids 0, 1, …; ids that write nothing are not among them."""
        self.pieces = pieces
        self._sorted = sorted((piece, number) for number, piece in enumerate(pieces))
        self._number = {piece: number for number, piece in enumerate(pieces)}
        self._longest = max(map(len, pieces), default=0)

    def continuing(self, rest: bytes) -> list[int]:
        """Return the ids that write a part of ``rest``, or all of it and more."""
        parts = (rest[:length] for length in range(1, min(len(rest), self._longest + 1)))
        found = [self._number[part] for part in parts if part in self._number]
        place = bisect_left(self._sorted, (rest, -1))
        while place < len(self._sorted) and self._sorted[place][0].startswith(rest):
            found.append(self._sorted[place][1])
            place += 1
        return found


@dataclass(frozen=True)
class Guide:
    """The beginning and the attention of one sequence; by default both are free."""

    tokens: tuple[int, ...] = ()  # that it begins with
    rest: bytes = b""  # text that follows them, which the model cuts into tokens
    spelling: Spelling | None = None  # needed where there is a rest
    forced: tuple[ForcedAttention, ...] = ()

    @property
    def longest(self) -> int:
        """The most tokens that the given beginning can take."""
        return len(self.tokens) + len(self.rest)

    def restrict(self, log_probs: Tensor, step: int, rests: Sequence[bytes]) -> Tensor:
        """Return log-probabilities (R, V) with -inf for what would leave the beginning.

        Args:
            step: of the tokens to be chosen, from 0.
            rests: what each of the R rows has still to write, once ``tokens`` are written.
        """
        if step < len(self.tokens):
            allowed = [[self.tokens[step]]] * len(rests)
        elif any(rests):
            assert self.spelling is not None
            allowed = [self.spelling.continuing(rest) if rest else [] for rest in rests]
        else:
            return log_probs
        restricted = log_probs.clone()
        for row, ids in enumerate(allowed):
            if ids:
                restricted[row] = -torch.inf
                restricted[row, ids] = log_probs[row, ids]
        return restricted

    def after(self, rest: bytes, token: int, step: int) -> bytes:
        """Return what is still to be written when a row with ``rest`` has written the token."""
        if not rest or step < len(self.tokens) or self.spelling is None:
            return rest
        # An id without bytes (</s>) is never allowed here; a row that is lost may hold one.
        return (
            rest[len(self.spelling.pieces[token]) :] if token < len(self.spelling.pieces) else b""
        )

    def attention(self, step: int, rows: int, length: int, device: torch.device) -> Tensor | None:
        """Return the weights (R, S) that the step has to use, or None where it is free.

        Args:
            length: S, of the source.
        """
        rules = [rule for rule in self.forced if rule.holds_at(step)]
        if not rules:
            return None
        sources = sorted(set(rules[-1].sources))  # the last rule is the caller's latest
        weights = torch.zeros(rows, length, device=device)
        weights[:, sources] = 1 / len(sources)
        return weights


def check_forced(rules: Sequence[ForcedAttention], length: int) -> None:
    """Check rules against a source of ``length`` tokens.

    Raises:
        UserError: a step or a source position is not there, or there are too many rules.
    """
    if len(rules) > MAX_RULES:
        raise UserError(f"forced attention takes {MAX_RULES} rules, not {len(rules)}.")
    for rule in rules:
        if rule.step < 0:
            raise UserError(f"forced attention begins at a step from 0, not at {rule.step}.")
        if not rule.sources or not all(0 <= place < length for place in rule.sources):
            raise UserError(
                f"forced attention names source tokens from 0 to {length - 1}, one or more,"
                f" not {list(rule.sources)}."
            )
