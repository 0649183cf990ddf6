"""Units of a checkpoint that were looked for in held-out texts: units.json beside its weights."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from core.checkpoint import WEIGHTS, Checkpoint, read_json, sha256_of, write_json
from core.data.documents import TEXTS, read_documents
from core.data.spelling import load_spelling
from core.data.splits import LOADERS, read_pairs
from core.errors import UserError
from core.inspection.results import FoundUnit, Units
from core.inspection.units import find_units
from core.models.language_model import LanguageModel

FILE = "units.json"
DOCUMENTS, PAIRS = 100, 2_000  # texts that are read


def look_for_units(
    folder: Path,
    checkpoint: Checkpoint,
    file: Path | None,
    command: str,
    progress: Callable[[int], None],
) -> Units:
    """Return the units that are found in a file, or in the test part that the recipe names.

    Args:
        folder: of the checkpoint.
        file: documents, one a line; for a translator or a corrector source, tab, target.
        command: that was given.
        progress: see find_units.

    Raises:
        UserError: a recipe of a user's own text, which names no file; or there are too few texts.
    """
    part, texts = _texts(checkpoint, file)
    most = DOCUMENTS if isinstance(checkpoint.model, LanguageModel) else PAIRS
    count = min(most, len(texts))
    texts = [texts[number * len(texts) // count] for number in range(count)]  # evenly spread
    if len(texts) < 20:
        raise UserError(f"{part}: {len(texts)} texts are too few to find units by; give 20.")
    found, tokens = find_units(checkpoint, texts, progress)
    today = date.today().isoformat()
    return Units(part, len(texts), tokens, command, today, weights_of(folder), found)


def _texts(checkpoint: Checkpoint, file: Path | None) -> tuple[str, Sequence[Any]]:
    writes = isinstance(checkpoint.model, LanguageModel)
    if file is not None:
        return file.name, read_documents(file) if writes else read_pairs(file)
    data = str(checkpoint.config.get("recipe", {}).get("data"))
    if writes and data in TEXTS:
        return f"test part of {data}", TEXTS[data]().test
    if not writes and data in LOADERS:
        parts = LOADERS[data]().test
        return ", ".join(parts), [pair for pairs in parts.values() for pair in pairs]
    if not writes and data.startswith("spelling"):
        return "valid-spelling", load_spelling().valid
    raise UserError(
        f"{checkpoint.name} was trained on a text of its own: give --held-out FILE to find units"
        " by."
    )


def write_units(folder: Path, units: Units) -> None:
    """Write units.json into a checkpoint folder."""
    write_json(folder / FILE, asdict(units))


def read_units(folder: Path) -> Units | None:
    """Return the units that were found for a checkpoint.

    None where none were looked for, or where the weights have changed since.

    Raises:
        UserError: units.json is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    content = read_json(path)
    try:
        found = tuple(FoundUnit(**one) for one in content.pop("found"))
        units = Units(**content, found=found)
    except (AttributeError, KeyError, TypeError):
        raise UserError(f"{path} is damaged: it holds no units.") from None
    return units if units.weights == weights_of(folder) else None


def weights_of(folder: Path) -> str:
    """Return the SHA-256 of a checkpoint's file of weights."""
    path = folder / WEIGHTS
    return _sha256(path, path.stat().st_mtime_ns)


@cache
def _sha256(path: Path, changed: int) -> str:
    """Return the digest of a file as it was changed then; a page asks at each text."""
    return sha256_of(path)
