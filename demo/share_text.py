"""A text and its settings to a query string and back: a link that writes the same text."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.errors import UserError
from demo import limits, query
from demo.desk import Change, Desk
from demo.tabs.generate_settings import AT_FIRST, KNOBS, METHODS, SETTINGS, preset_values

TAB = "generate"
SHOWN = ("pretty", "raw")
SETS = {"prompt", "checkpoint", "method", *(knob.name for knob in KNOBS), "changes", "show", "at"}
MOST_CHANGES = 50


@dataclass(frozen=True)
class SharedText:
    """What a link holds: a request, checked, what was changed, and what is shown."""

    request: dict[str, Any]  # of Service.prompt
    changes: tuple[Change, ...]
    pretty: bool
    selected: int | None


def to_query(desk: Desk) -> str:
    """Return the query string of a link that writes the text on the desk."""
    generation = desk.generation
    assert generation is not None
    options, tokens = generation.options, generation.max_tokens
    if not generation.finished and "beam" not in options.method:
        tokens = len(generation.steps)  # as far as it was written
    used = {name: getattr(options, name, tokens) for name in METHODS[options.method]}
    fields = {
        "tab": TAB,
        "prompt": generation.prompt,
        "checkpoint": generation.checkpoint,
        "method": options.method,
        **{name: f"{value:.10g}" for name, value in used.items()},
        "changes": " ".join(map(_change_to_text, desk.changes)),
        "show": SHOWN[0] if desk.pretty else SHOWN[1],
        "at": "" if desk.selected is None else desk.selected,
    }
    return urlencode({name: value for name, value in fields.items() if value != ""})


def from_query(text: str, checkpoint: str) -> SharedText | None:
    """Return what a query string holds, None if it is not of this tab or has no settings.

    Args:
        checkpoint: where the link names none.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """
    given = query.read_fields(text)
    if given.get("tab") != TAB or not given.keys() & SETS:
        return None  # the page of Gradio and others add fields of their own
    method = given.get("method", preset_values(AT_FIRST)["method"])
    off = {knob.name: knob.value for knob in KNOBS}
    defaults = off if "method" in given else off | preset_values(AT_FIRST)
    knobs = {knob.name: query.number(given, knob.name, defaults[knob.name]) for knob in KNOBS}
    changes = _changes_from_text(given.get("changes", ""))
    tokens = limits.MAX_TOKENS.check(knobs["max_tokens"])
    used = SETTINGS.used_by(method, tuple(knobs.values()))
    request = limits.generate_request(
        given.get("prompt", ""),
        given.get("checkpoint", checkpoint),
        method,
        **used | {"max_tokens": _longest_run(changes, tokens)},
    )
    pretty = query.one_of(given, "show", SHOWN) == SHOWN[0]
    return SharedText(request | {"max_tokens": tokens}, changes, pretty, query.place(given, "at"))


def _longest_run(changes: tuple[Change, ...], tokens: int) -> int:
    """Return the most tokens that are written in one go: up to a change, or behind the last."""
    starts = [0, *(one.limit if one.index is None else one.index + 1 for one in changes)]
    ends = [*(one.limit for one in changes), tokens]
    return max(end - start for start, end in zip(starts, ends, strict=True))


def _change_to_text(change: Change) -> str:
    """Return "limit.index.id", or "limit" of a text that went on."""
    return ".".join(str(part) for part in change if part is not None)


def _changes_from_text(text: str) -> tuple[Change, ...]:
    changes = tuple(map(_change_from_text, text.split()))
    if len(changes) > MOST_CHANGES:
        raise UserError(f"The link has more than {MOST_CHANGES} changes.")
    return changes


def _change_from_text(text: str) -> Change:
    found = query.numbers(text, "changes")
    most = limits.MAX_TOKENS.high
    if len(found) not in (1, 3) or not 0 < found[0] <= most or found[1:2] > [most]:
        raise UserError("The link is damaged: changes are not places of tokens.")
    return Change(*found)
