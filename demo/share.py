"""A translation and its settings to a query string and back: a link that opens the same view."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo import limits, query
from demo.views import PALETTES, SCALES, UNITS, Pin, View

TAB = "translate"  # where a link names none
CHOICES = {"units": UNITS, "scale": SCALES, "palette": PALETTES}
PLACES = ("sentence", "hypothesis", "row", "column")
NOT_THERE = "The link names a part that this translation does not have."


@dataclass(frozen=True)
class Shared:
    """What a link holds: a request, checked, and what of its result is shown."""

    request: dict[str, Any]  # of Service.translate
    changed: dict[str, Any]  # tokens and forced attention of the sentence that is shown, if any
    choices: dict[str, str]  # units, scale, palette
    sentence: int
    hypothesis: int
    pin: Pin

    def at_sentence(self, view: View) -> View:
        """Return the view of the request's result at the sentence that the link shows.

        Raises:
            UserError: the result has no such sentence.
        """
        if self.sentence >= len(view.sentences):
            raise UserError(NOT_THERE)
        return view.choose_sentence(self.sentence)

    def opened(self, view: View) -> View:
        """Return the view of the sentence with the hypothesis and the pin that the link shows.

        Raises:
            UserError: the result has no such part.
        """
        if self.hypothesis < len(view.shown.hypotheses):
            view = view.choose_hypothesis(self.hypothesis)
            if view.has(self.pin):
                return view.drawn(pin=self.pin)
        raise UserError(NOT_THERE)


def to_query(view: View) -> str:
    """Return the query string of a link that opens the view."""
    whole, shown = view.translation, view.shown
    fields = {
        "text": whole.source,
        "checkpoint": whole.checkpoint,
        "method": whole.method,
        "beam": whole.beam,
        "length_penalty": whole.length_penalty,
        "temperature": whole.temperature,
        "seed": whole.seed,
        "prefix": (view.free or shown).prefix,  # as it was typed; what came after is below
        "tokens": ".".join(map(str, shown.prefix_tokens)),
        "forced": " ".join(map(_rule_to_text, shown.forced)),
        "units": view.units,
        "scale": view.scale,
        "palette": view.palette,
        "sentence": view.sentence,
        "hypothesis": view.hypothesis,
        "row": "" if view.pin.row is None else view.pin.row,
        "column": "" if view.pin.column is None else view.pin.column,
    }
    return urlencode({name: value for name, value in fields.items() if value != ""})


def from_query(text: str) -> Shared | None:
    """Return what a query string holds, None if it has no text or is of another tab.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """
    given = query.read_fields(text)
    if "text" not in given or given.get("tab", TAB) != TAB:
        return None
    request = limits.translate_request(
        given["text"],
        given.get("checkpoint", "translate-de-en"),
        given.get("method", "beam"),
        query.number(given, "beam", 5),
        query.number(given, "length_penalty", 1.0),
        query.number(given, "temperature", 1.0),
        query.number(given, "seed", 0),
        given.get("prefix", ""),
    )
    fixed = {
        "tokens": tuple(query.numbers(given.get("tokens", ""), "tokens")),
        "forced": tuple(_rule_from_text(rule) for rule in given.get("forced", "").split()),
    }
    changed = fixed if any(fixed.values()) else {}
    choices = {name: query.one_of(given, name, allowed) for name, allowed in CHOICES.items()}
    places = {name: query.place(given, name) for name in PLACES}
    pin = Pin(places["row"], places["column"])
    sentence, hypothesis = places["sentence"] or 0, places["hypothesis"] or 0
    return Shared(request, changed, choices, sentence, hypothesis, pin)


def _rule_to_text(rule: ForcedAttention) -> str:
    """Return a rule as "step.source.source", with ".end" behind it where it holds to the end."""
    return ".".join(map(str, (rule.step, *rule.sources))) + (".end" if rule.to_end else "")


def _rule_from_text(text: str) -> ForcedAttention:
    found = query.numbers(text.removesuffix(".end"), "forced")
    if len(found) < 2:
        raise UserError("The link is damaged: forced needs a step and a place of the source.")
    return ForcedAttention(found[0], tuple(found[1:]), text.endswith(".end"))
