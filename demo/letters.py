"""What changed between two spellings of a word, letter by letter; pure functions, no gradio."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Of edits that are as short, the one that leaves more letters as they are: each is one cheaper.
_EDIT = 1000


@dataclass(frozen=True)
class Edit:
    """A run of letters: the same in both spellings, or what one had and what the other has."""

    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@lru_cache(4096)  # a threshold that moves asks for the same words again and again
def edits(before: str, after: str) -> tuple[Edit, ...]:
    """Return the runs of a shortest edit: letters that were added, left out, replaced or swapped.

    Joined, their parts make up both spellings.
    """
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    runs: list[tuple[str, str, bool]] = []
    pairs = [
        *((letter, letter) for letter in before[:start]),
        *_aligned(before[start : len(before) - end], after[start : len(after) - end]),
        *((letter, letter) for letter in before[len(before) - end :]),
    ]
    for old, new in pairs:
        changed = old != new
        if runs and runs[-1][2] == changed:
            old, new = runs[-1][0] + old, runs.pop()[1] + new
        runs.append((old, new, changed))
    return tuple(Edit(old, new) for old, new, _ in runs)


def described(before: str, after: str) -> str:
    """Return in words what changed, an empty string for nothing."""
    return ", ".join(_said(edit) for edit in edits(before, after) if edit.changed)


def _said(edit: Edit) -> str:
    if not edit.before:
        return f"“{edit.after}” was added"
    if not edit.after:
        return f"“{edit.before}” was left out"
    return f"“{edit.before}” became “{edit.after}”"


def _shared(one: str, other: str) -> int:
    """Return how many letters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _aligned(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the letters of a shortest edit in pairs (Damerau, 1964; Wagner and Fischer, 1974).

    An empty string stands where a letter was added or left out.
    """
    costs = _costs(before, after)
    row = column = 0
    while moves := list(_moves(before, after, row, column)):
        down, along, _ = min(
            moves, key=lambda move: move[2] + costs[row + move[0]][column + move[1]]
        )
        yield before[row : row + down], after[column : column + along]
        row, column = row + down, column + along


def _costs(before: str, after: str) -> list[list[int]]:
    """Return the cost of the cheapest edit of what stands behind each place of both."""
    costs = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for row in reversed(range(len(before) + 1)):
        for column in reversed(range(len(after) + 1)):
            costs[row][column] = min(
                (
                    cost + costs[row + down][column + along]
                    for down, along, cost in _moves(before, after, row, column)
                ),
                default=0,
            )
    return costs


def _moves(before: str, after: str, row: int, column: int) -> Iterator[tuple[int, int, int]]:
    """Yield how many letters of both each way to go on takes, and its cost."""
    old, new = before[row : row + 1], after[column : column + 1]
    if old and new:
        yield 1, 1, -1 if old == new else _EDIT
    if old and new and before[row : row + 2] == after[column : column + 2][::-1]:
        yield 2, 2, _EDIT  # swapped
    if old:
        yield 1, 0, _EDIT
    if new:
        yield 0, 1, _EDIT
