"""Checks of the sizes that a config.json gives, which may be anything."""

from core.errors import UserError


def check_multiple(config: object, of: int, *names: str) -> None:
    """Raise UserError unless the fields of those names are multiples of ``of``."""
    for name in names:
        value = getattr(config, name)
        if not (isinstance(value, int) and value >= of and value % of == 0):
            raise UserError(f"{name} must be a multiple of {of}, not {value}.")
