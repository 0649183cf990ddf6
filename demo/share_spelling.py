"""A corrected text and its settings to a query string and back: a link that opens the same view."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.errors import UserError
from core.service import THRESHOLD
from demo import limits, query
from demo.proof import Choice, Proof

TAB = "spell"
MOST_CHOICES = (limits.MAX_CHARACTERS + 1) // 3  # words of a text at its limit, of two letters
NOT_THERE = "The link names a part that this text does not have."


@dataclass(frozen=True)
class SharedProof:
    """What a link holds: a request, checked, the visitor's choices, and the word that is open."""

    request: dict[str, Any]  # of Service.correct
    choices: tuple[Choice, ...]
    opened: int | None

    def apply(self, proof: Proof) -> None:
        """Make the choices in a proof of the request's result, and open the word.

        Raises:
            UserError: the result has no such part.
        """
        made = all(proof.choose(index, text) for index, text in self.choices)
        if not made or (self.opened is not None and not proof.open(self.opened)):
            raise UserError(NOT_THERE)


def to_query(proof: Proof) -> str:
    """Return the query string of a link that opens the proof."""
    found = proof.correction
    assert found is not None
    fields = {
        "tab": TAB,
        "text": found.source,
        "checkpoint": found.checkpoint,
        "threshold": f"{proof.threshold:.10g}",
        "choices": " ".join(f"{index}.{text}" for index, text in dict(proof.choices).items()),
        "at": "" if proof.opened is None else proof.opened,
    }
    return urlencode({name: value for name, value in fields.items() if value != ""})


def from_query(text: str, checkpoint: str) -> SharedProof | None:
    """Return what a query string holds, None if it has no text or is of another tab.

    Args:
        checkpoint: where the link names none.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """
    given = query.read_fields(text)
    if "text" not in given or given.get("tab") != TAB:
        return None
    request = limits.correct_request(
        given["text"],
        given.get("checkpoint", checkpoint),
        query.number(given, "threshold", THRESHOLD),
    )
    choices = tuple(map(_choice_from_text, given.get("choices", "").split()))
    if len(choices) > MOST_CHOICES:
        raise UserError(f"The link has more than {MOST_CHOICES} choices.")
    return SharedProof(request, choices, query.place(given, "at"))


def _choice_from_text(text: str) -> Choice:
    index, dot, written = text.partition(".")
    place = query.numbers(index, "choices")
    if not (place and dot):
        raise UserError("The link is damaged: choices are not places of words.")
    return Choice(place[0], written)
