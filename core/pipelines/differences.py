"""What changed between two texts, word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True)
class Difference:
    """A run of words, joined by spaces, that both texts have, or only the first or the second."""

    text: str
    kind: Kind


def differences(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Return the runs of words in reading order; what was removed stands before its replacement.

    The same and the removed runs make up ``before``, the same and the added ones ``after``.
    """
    # Autojunk would take words that are frequent in a long text for noise, and not match them.
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    return [
        Difference(" ".join(words), kind)
        for operation, i, j, k, m in matcher.get_opcodes()
        for words, kind in _runs(operation, before[i:j], after[k:m])
        if words
    ]


def _runs(
    operation: str, old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[Sequence[str], Kind]]:
    if operation == "equal":
        yield old, "same"
    else:
        yield old, "removed"
        yield new, "added"
