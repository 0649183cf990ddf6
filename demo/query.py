"""The query string of a link: its fields, and what they have to be."""

from urllib.parse import parse_qs

from core.errors import UserError
from demo import limits

MAX_NUMBERS = 500  # token ids, or places of the source, in a row


def read_fields(query: str) -> dict[str, str]:
    """Return the fields of a query string, the last of each name.

    Raises:
        UserError: it is too long.
    """
    if len(query) > limits.MAX_QUERY:
        raise UserError(f"The link is too long; the limit is {limits.MAX_QUERY:,} characters.")
    return {name: values[-1] for name, values in parse_qs(query.lstrip("?")).items()}


def number(given: dict[str, str], name: str, default: float) -> float:
    """Return the field as a number, whole where it is one."""
    try:
        value = float(given.get(name, default))
    except ValueError:
        raise UserError(f"The link is damaged: {name} is not a number.") from None
    return int(value) if value.is_integer() else value


def place(given: dict[str, str], name: str) -> int | None:
    """Return the field as a number from 0, None if it is absent."""
    if name not in given:
        return None
    if not _is_whole(given[name]):
        raise UserError(f"The link is damaged: {name} is not a whole number from 0.")
    return int(given[name])


def numbers(text: str, name: str) -> list[int]:
    """Return the numbers of "3.1.4"."""
    parts = text.split(".") if text else []
    if len(parts) > MAX_NUMBERS or not all(map(_is_whole, parts)):
        raise UserError(f"The link is damaged: {name} is not a list of whole numbers.")
    return [int(part) for part in parts]


def one_of(given: dict[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return the field, or the first of what is allowed if it is absent."""
    value = given.get(name, allowed[0])
    if value not in allowed:
        raise UserError(f"The link is damaged: {name} is none of {', '.join(allowed)}.")
    return value


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
