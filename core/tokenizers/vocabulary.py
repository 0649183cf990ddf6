"""A closed vocabulary: strings with ids, one id for all that is unknown, and a JSON file."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.tokenizers.unigram import CharacterUnigram
from core.whole_files import write_whole

UNKNOWN = "<unk>"


class Vocabulary:
    """Ids of entries in their order, then ``<unk>``, ``</s>``, ``<s>`` and padding.

    Text that spells ``<unk>`` is unknown text, unless the entries hold it.
    """

    def __init__(self, entries: Sequence[str], spelling: CharacterUnigram, end: str) -> None:
        """``spelling`` says what an unknown string costs, with ``end`` behind it."""
        self.entries, self.characters, self.end = list(entries), spelling, end
        self._ids = {entry: number for number, entry in enumerate(self.entries)}
        self.unk_id = len(self.entries)
        self.eos_id = self.unk_id + 1
        self.bos_id = self.unk_id + 2
        self.pad_id = self.unk_id + 3
        self.size = -(-(self.unk_id + 4) // 64) * 64  # all ids, a multiple of 64

    @classmethod
    def count(cls, entries: Iterable[str], min_frequency: int, end: str) -> "Vocabulary":
        """Return the vocabulary of what occurs ``min_frequency`` times or more, commonest first."""
        counts = Counter(entries)
        kept = (entry for entry, count in counts.items() if count >= min_frequency)
        ordered = sorted(kept, key=lambda entry: (-counts[entry], entry))
        return cls(ordered, CharacterUnigram.of(counts, end), end)

    def id_of(self, entry: str) -> int:
        """Return the id of an entry, or that of ``<unk>``."""
        return self._ids.get(entry, self.unk_id)

    def text_of(self, token: int) -> str:
        """Return the entry of an id up to that of ``<unk>``."""
        return UNKNOWN if token == self.unk_id else self.entries[token]

    def unknown_nats(self, entries: Iterable[str]) -> float:
        """Return what it costs to spell those that are unknown."""
        unknown = (entry for entry in entries if entry not in self._ids)
        return sum(self.characters.nats(entry + self.end) for entry in unknown)

    def spelling(self) -> list[bytes]:
        """Return the bytes that each id below ``eos_id`` writes; ``<unk>`` writes none."""
        return [*(entry.encode() for entry in self.entries), b""]


def save_vocabulary(path: Path, vocabulary: Vocabulary, settings: dict[str, Any]) -> None:
    """Write the entries as JSON, with the settings of the tokenizer that they belong to."""
    content = {
        **settings,
        "end": vocabulary.end,
        "characters": vocabulary.characters.counts,
        "entries": vocabulary.entries,
    }
    text = json.dumps(content, ensure_ascii=False, indent=0) + "\n"
    write_whole(path, text.encode("utf-8"))


def load_vocabulary(path: Path) -> tuple[Vocabulary, dict[str, Any]]:
    """Return what :func:`save_vocabulary` wrote: the vocabulary, and all that is in the file.

    Raises:
        UserError: the file is missing or damaged.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing; copy the whole checkpoint folder again.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries, end = content["entries"], content["end"]
        characters = CharacterUnigram(content["characters"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{path} is damaged: it holds no tokenizer.") from None
    good = isinstance(entries, list) and all(isinstance(entry, str) for entry in [*entries, end])
    if not good or len(set(entries)) != len(entries):
        raise UserError(f"{path} is damaged: its entries are not different strings.")
    return Vocabulary(entries, characters, end), content
