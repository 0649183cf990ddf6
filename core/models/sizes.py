"""Checks of the sizes that a config.json gives, which may be anything."""

from typing import TypeGuard

from core.errors import UserError


def check_multiple(config: object, of: int, *names: str) -> None:
    """Raise UserError unless the fields of those names are multiples of ``of``."""
    for name in names:
        value = getattr(config, name)
        if not (_is_integer(value) and value >= of and value % of == 0):
            raise UserError(f"{name} must be a multiple of {of}, not {value}.")


def check_integer(config: object, most: int, *names: str) -> None:
    """Raise UserError unless the fields of those names are integers from 1 to ``most``."""
    for name in names:
        value = getattr(config, name)
        if not (_is_integer(value) and 1 <= value <= most):
            raise UserError(f"{name} must be 1 to {most}, not {value}.")


def check_probability(config: object, *names: str) -> None:
    """Raise UserError unless the fields of those names are numbers from 0 to below 1."""
    for name in names:
        value = getattr(config, name)
        if not ((_is_integer(value) or isinstance(value, float)) and 0.0 <= value < 1.0):
            raise UserError(f"{name} must be from 0 to below 1, not {value}.")


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
