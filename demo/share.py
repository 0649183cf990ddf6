"""Settings to a query string and back: a link that opens the same view."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo import limits
from demo.views import PALETTES, SCALES, UNITS, Pin, View

CHOICES = {"units": UNITS, "scale": SCALES, "palette": PALETTES}
PLACES = ("sentence", "hypothesis", "row", "column")
MAX_NUMBERS = 500  # token ids, or places of the source, in a row
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


def from_query(query: str) -> Shared | None:
    """Return what a query string holds, None if it has no text.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """
    if len(query) > limits.MAX_QUERY:
        raise UserError(f"The link is too long; the limit is {limits.MAX_QUERY:,} characters.")
    given = {name: values[-1] for name, values in parse_qs(query.lstrip("?")).items()}
    if "text" not in given:
        return None
    request = limits.translate_request(
        given["text"],
        given.get("checkpoint", "translate-de-en"),
        given.get("method", "beam"),
        _number(given, "beam", 5),
        _number(given, "length_penalty", 1.0),
        _number(given, "temperature", 1.0),
        _number(given, "seed", 0),
        given.get("prefix", ""),
    )
    fixed = {
        "tokens": tuple(_numbers(given.get("tokens", ""), "tokens")),
        "forced": tuple(_rule_from_text(rule) for rule in given.get("forced", "").split()),
    }
    changed = fixed if any(fixed.values()) else {}
    choices = {name: given.get(name, allowed[0]) for name, allowed in CHOICES.items()}
    for name, allowed in CHOICES.items():
        if choices[name] not in allowed:
            raise UserError(f"The link is damaged: {name} is none of {', '.join(allowed)}.")
    places = {name: _place(given, name) for name in PLACES}
    pin = Pin(places["row"], places["column"])
    sentence, hypothesis = places["sentence"] or 0, places["hypothesis"] or 0
    return Shared(request, changed, choices, sentence, hypothesis, pin)


def _number(given: dict[str, str], name: str, default: float) -> float:
    try:
        value = float(given.get(name, default))
    except ValueError:
        raise UserError(f"The link is damaged: {name} is not a number.") from None
    return int(value) if value.is_integer() else value


def _place(given: dict[str, str], name: str) -> int | None:
    if name not in given:
        return None
    if not given[name].isascii() or not given[name].isdigit() or len(given[name]) > 9:
        raise UserError(f"The link is damaged: {name} is not a whole number from 0.")
    return int(given[name])


def _rule_to_text(rule: ForcedAttention) -> str:
    """Return a rule as "step.source.source", with ".end" behind it where it holds to the end."""
    return ".".join(map(str, (rule.step, *rule.sources))) + (".end" if rule.to_end else "")


def _rule_from_text(text: str) -> ForcedAttention:
    numbers = _numbers(text.removesuffix(".end"), "forced")
    if len(numbers) < 2:
        raise UserError("The link is damaged: forced needs a step and a place of the source.")
    return ForcedAttention(numbers[0], tuple(numbers[1:]), text.endswith(".end"))


def _numbers(text: str, name: str) -> list[int]:
    parts = text.split(".") if text else []
    if len(parts) > MAX_NUMBERS or not all(
        part.isascii() and part.isdigit() and len(part) <= 9 for part in parts
    ):
        raise UserError(f"The link is damaged: {name} is not a list of whole numbers.")
    return [int(part) for part in parts]
