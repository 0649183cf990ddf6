"""The scripts and styles that stand beside the components."""

from pathlib import Path

_HERE = Path(__file__).parent


def source(*names: str) -> str:
    """Return the text of one file, or of several one after the other."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
