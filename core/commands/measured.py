"""What an evaluation gives to the command that prints and stores it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What was measured on a part or a file."""

    file: str
    result: dict[str, Any]  # what is printed
    figures: dict[str, tuple[float, str]]  # what is stored: name -> (value, signature)
    digest: str  # of the text, see sha256_of_lines
    n: int
    seconds: float
