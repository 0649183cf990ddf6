"""What one visitor has on the Spell tab."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from core.pipelines.spelling_results import CheckedWord, Correction
from core.service import THRESHOLD
from demo.state import VisitorState


class Choice(NamedTuple):
    """How a visitor wants a word to be written, which may be as it was typed."""

    index: int
    text: str


@dataclass
class Proof(VisitorState):
    """A text with its words corrected, what its visitor chose for some, and the word that is open.

    The events of a session overlap: a threshold may move while a text is on its way. So they share
    one proof and change it in place.
    """

    correction: Correction | None = None
    threshold: float = THRESHOLD  # nats
    choices: tuple[Choice, ...] = ()  # in their order; of a word, the last one counts
    opened: int | None = None  # the word whose candidates are shown
    asked: int = 0  # words that were opened in the text, up to this one

    @property
    def words(self) -> tuple[CheckedWord, ...]:
        return self.correction.words if self.correction else ()

    @property
    def written(self) -> list[str]:
        """How each word is written: as the visitor chose, else as the model is sure enough."""
        chosen = dict(self.choices)
        return [
            chosen.get(index, word.corrected(self.threshold))
            for index, word in enumerate(self.words)
        ]

    @property
    def changed(self) -> list[int]:
        """The words that are written otherwise than they were typed."""
        pairs = zip(self.words, self.written, strict=True)
        return [index for index, (word, text) in enumerate(pairs) if text != word.text]

    def take(self, correction: Correction, threshold: float | None = None) -> None:
        """Turn to another text, and open its first word that is changed."""
        self.correction, self.choices, self.opened = correction, (), None
        self.threshold = self.threshold if threshold is None else threshold
        self.opened = next(iter(self.changed), 0 if self.words else None)

    def open(self, index: Any) -> bool:
        """Open a word; return whether it is there: a click may come too late."""
        there = index in range(len(self.words))
        self.opened = index if there else self.opened
        return there

    def choose(self, index: Any, text: Any) -> bool:
        """Write a word as one of its candidates or as it was typed; return whether it can be."""
        if index not in range(len(self.words)) or text not in spellings(self.words[index]):
            return False
        if dict(self.choices).get(index) != text:
            self.choices = (*self.choices, Choice(index, text))
        self.opened = index
        return True

    def undo(self) -> bool:
        """Take back the last choice, and open its word; return whether there was one."""
        if not self.choices:
            return False
        *kept, last = self.choices
        self.choices, self.opened = tuple(kept), last.index
        return True


def spellings(word: CheckedWord) -> list[str]:
    """Return the ways to write a word: its candidates, and as it was typed."""
    texts = [one.text for one in word.candidates]
    return texts if word.text in texts else [*texts, word.text]
