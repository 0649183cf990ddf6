"""What is looked at on the Inspect tab to a query string and back: a link to the same view."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from demo import limits, query
from demo.sight import Sight

TAB = "inspect"
NOT_THERE = "The link names a layer, a quantity or a unit that this checkpoint does not have."


@dataclass(frozen=True)
class SharedSight:
    """What a link holds: a request, checked, and what of its result is shown."""

    request: dict[str, Any]  # of Service.inspect
    choices: dict[str, Any]  # layer, quantity, unit: None where the link names none


def to_query(sight: Sight) -> str:
    """Return the query string of a link that opens what is looked at."""
    names = ("text", "checkpoint", "layer", "quantity", "unit")
    return urlencode({"tab": TAB, **{name: getattr(sight, name) for name in names}})


def from_query(text: str, checkpoint: str) -> SharedSight | None:
    """Return what a query string holds, None if it has no text or is of another tab.

    Args:
        checkpoint: where the link names none.

    Raises:
        UserError: a value is out of range; the sentence names it.
    """
    given = query.read_fields(text)
    if "text" not in given or given.get("tab") != TAB:
        return None
    request = limits.inspect_request(given["text"], given.get("checkpoint", checkpoint))
    choices = {"layer": given.get("layer"), "quantity": given.get("quantity")}
    return SharedSight(request, choices | {"unit": query.place(given, "unit")})
