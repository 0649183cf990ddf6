"""A translation and the part of it that a visitor has chosen to see."""

from dataclasses import dataclass, replace
from typing import Any

from core.pipelines.results import ForcedAttention, Hypothesis, Translation
from demo.state import VisitorState

UNITS = ("words", "subwords")
SCALES = ("0-1", "row")  # of the colours: absolute, or up to the largest weight of each row
PALETTES = ("cividis", "viridis")


@dataclass(frozen=True)
class Pin:
    """What is pinned in the map: a target token, a source token, or the cell of both."""

    row: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class View(VisitorState):
    """What the Translate tab shows; every choice of a visitor makes a new one."""

    translation: Translation
    sentence: int = 0
    hypothesis: int = 0
    units: str = "words"
    scale: str = "0-1"
    palette: str = "cividis"
    pin: Pin = Pin()
    node: int | None = None  # of the beam tree, where one was chosen
    at_node: Hypothesis | None = None  # its hypothesis, in place of one of the list
    run: Translation | None = None  # the last run, where it was of one sentence of several
    before: tuple[tuple[int, Translation], ...] = ()  # sentences, before the visitor changed them

    @property
    def sentences(self) -> tuple[Translation, ...]:
        return self.translation.sentences or (self.translation,)

    @property
    def shown(self) -> Translation:
        """The sentence whose hypotheses and map are shown."""
        return self.sentences[self.sentence]

    @property
    def chosen(self) -> Hypothesis:
        return self.at_node or self.shown.hypotheses[self.hypothesis]

    @property
    def free(self) -> Translation | None:
        """The shown sentence as it was before the visitor changed it, None if that never was."""
        return dict(self.before).get(self.sentence)

    @property
    def look(self) -> tuple[str, str, str]:
        """How the map is drawn, whatever it shows."""
        return self.units, self.scale, self.palette

    @property
    def target_tokens(self) -> list[list[int]]:
        """The tokens of each row of the map."""
        return _groups([token.word for token in self.chosen.tokens], self.units)

    @property
    def source_tokens(self) -> list[list[int]]:
        """The tokens of each column of the map."""
        return _groups([token.word for token in self.shown.source_tokens], self.units)

    def of(self, translation: Translation) -> "View":
        """Return a view of another translation, drawn in the same way."""
        return View(translation).drawn_as(self)

    def with_sentence(self, whole: Translation, new: Translation) -> "View":
        """Return the view of the text after the sentence that is shown was translated anew."""
        before = dict(self.before)
        before.setdefault(self.sentence, self.shown)
        return replace(
            self.of(whole),
            sentence=self.sentence,
            run=new if whole.sentences else None,
            before=tuple(before.items()),
        )

    def with_free_sentence(self, whole: Translation) -> "View":
        """Return the view of the text after the sentence that is shown was put back."""
        kept = tuple(pair for pair in self.before if pair[0] != self.sentence)
        return replace(self.of(whole), sentence=self.sentence, before=kept)

    def drawn(self, **changes: Any) -> "View":
        """Return the view with another units, scale, palette or pin."""
        return replace(self, **changes)

    def drawn_as(self, other: "View") -> "View":
        """Return the view drawn in the way of another one."""
        return replace(self, units=other.units, scale=other.scale, palette=other.palette)

    def choose_sentence(self, index: int) -> "View":
        return replace(self.of(self.translation), sentence=index, before=self.before)

    def choose_hypothesis(self, index: int) -> "View":
        return replace(self, hypothesis=index, pin=Pin(), node=None, at_node=None)

    def choose_node(self, number: int, hypothesis: Hypothesis) -> "View":
        return replace(self, pin=Pin(), node=number, at_node=hypothesis)

    def choose_units(self, units: str) -> "View":
        return replace(self, units=units, pin=Pin())

    def has(self, pin: Pin) -> bool:
        """Return whether the map that is shown has the place: a click may come too late."""
        rows, columns = len(self.target_tokens), len(self.source_tokens)
        return _is_there(pin.row, rows) and _is_there(pin.column, columns)

    def forced_at(self, pin: Pin, to_end: bool) -> ForcedAttention:
        """Return the rule that makes the pinned row look at the pinned column."""
        assert pin.row is not None and pin.column is not None
        step = self.target_tokens[pin.row][0]
        return ForcedAttention(step, tuple(self.source_tokens[pin.column]), to_end)


def _is_there(place: int | None, count: int) -> bool:
    return place is None or (isinstance(place, int) and 0 <= place < count)


def _groups(words: list[int | None], units: str) -> list[list[int]]:
    """Return the tokens of each word, or each token alone; ``</s>`` belongs to no word."""
    if units == "subwords":
        return [[number] for number in range(len(words))]
    count = max((word for word in words if word is not None), default=-1) + 1
    groups: list[list[int]] = [[] for _ in range(count)]
    for number, word in enumerate(words):
        if word is not None:
            groups[word].append(number)
    return groups
