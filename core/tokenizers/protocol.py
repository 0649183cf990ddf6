"""What every tokenizer offers: text to pieces with ids and offsets, and ids to text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from core.errors import UserError


@dataclass(frozen=True)
class Piece:
    """One token of a text: its id and the characters ``text[start:end]`` that it stands for."""

    id: int
    start: int
    end: int


class Tokenizer(Protocol):
    """Ids ``0 … eos_id`` can be written by a model; ``bos_id``, ``pad_id`` and filling can't.

    The special ids lie outside the vocabulary that text is encoded with, so text that spells
    ``</s>`` is text.
    """

    kind: str  # a key of core.tokenizers.kinds.LOADERS
    eos_id: int
    bos_id: int
    pad_id: int
    vocab_size: int  # all ids, a multiple of 64

    def encode(self, text: str) -> list[Piece]:
        """Return the pieces of a text, without special tokens."""

    def encode_batch(self, texts: Sequence[str], dropout: float = 0.0) -> list[list[int]]:
        """Return the ids of each text, without special tokens; see BPE-dropout for ``dropout``."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of the ids; special ids are passed over."""

    def decode_pieces(self, ids: Sequence[int]) -> tuple[str, list[Piece]]:
        """Return the text of the ids, and each id, special ones left out, with its characters."""

    def begin(self, text: str) -> tuple[list[int], bytes]:
        """Return the ids of what is finished of a text that goes on, and the bytes of the rest."""

    def spelling(self) -> list[bytes]:
        """Return the bytes that each id below ``eos_id`` writes."""

    def save(self, path: Path) -> None:
        """Write the tokenizer to one file."""


@runtime_checkable
class ClosedTokenizer(Tokenizer, Protocol):
    """A tokenizer with a closed vocabulary: what is not in it is ``<unk>``."""

    unk_id: int  # below eos_id

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of a text as the vocabulary spells them, unknown ones as well."""

    def unknown(self, text: str) -> list[str]:
        """Return what of a text the vocabulary does not hold, in its order."""

    def unknown_nats(self, text: str) -> float:
        """Return what it costs to spell that, under a unigram model of characters."""


def closed(tokenizer: Tokenizer) -> ClosedTokenizer:
    """Return a tokenizer as one with a closed vocabulary.

    Raises:
        UserError: it has none, so that there is no ``<unk>`` to measure.
    """
    if not isinstance(tokenizer, ClosedTokenizer):
        raise UserError(f"A language model reads words or characters, not {tokenizer.kind}s.")
    return tokenizer
