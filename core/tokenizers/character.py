"""Characters: each of a text is a token."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.errors import UserError
from core.tokenizers.protocol import Piece
from core.tokenizers.vocabulary import Vocabulary, load_vocabulary, save_vocabulary


class CharacterTokenizer:
    """A closed vocabulary of characters, as they are; every other one is ``<unk>``."""

    kind = "character"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.unk_id, self.eos_id = vocabulary.unk_id, vocabulary.eos_id
        self.bos_id, self.pad_id = vocabulary.bos_id, vocabulary.pad_id
        self.vocab_size = vocabulary.size

    @classmethod
    def train(cls, texts: Iterable[str], min_frequency: int) -> "CharacterTokenizer":
        """Take the characters that occur ``min_frequency`` times or more."""
        signs = (sign for text in texts for sign in text)
        return cls(Vocabulary.count(signs, min_frequency, end=""))

    def tokens(self, text: str) -> list[str]:
        """Return the characters of a text, unknown ones as well."""
        return list(text)

    def unknown(self, text: str) -> list[str]:
        """Return the characters of a text that the vocabulary does not hold, in their order."""
        return [
            text[piece.start : piece.end] for piece in self.encode(text) if piece.id == self.unk_id
        ]

    def unknown_nats(self, text: str) -> float:
        """Return what it costs to spell the unknown characters of a text, in nats."""
        return self._vocabulary.unknown_nats(text)

    def encode(self, text: str) -> list[Piece]:
        """Return a piece for each character."""
        return [
            Piece(self._vocabulary.id_of(sign), place, place + 1) for place, sign in enumerate(text)
        ]

    def encode_batch(self, texts: Sequence[str], dropout: float = 0.0) -> list[list[int]]:
        """Return the ids of each text; a closed vocabulary cuts in one way, without dropout."""
        return [[self._vocabulary.id_of(sign) for sign in text] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of the ids; special ids are passed over, an unknown sign is U+FFFD."""
        return self.decode_pieces(ids)[0]

    def decode_pieces(self, ids: Sequence[int]) -> tuple[str, list[Piece]]:
        """Return the text of the ids, and each id, special ones left out, with its character."""
        known = [token for token in ids if token < self.eos_id]
        signs = [
            "\ufffd" if token == self.unk_id else self._vocabulary.text_of(token) for token in known
        ]
        pieces = [Piece(token, place, place + 1) for place, token in enumerate(known)]
        return "".join(signs), pieces

    def begin(self, text: str) -> tuple[list[int], bytes]:
        """Return the ids of a text that goes on: every character is finished."""
        return self.encode_batch([text])[0], b""

    def spelling(self) -> list[bytes]:
        """Return the bytes that each id below ``eos_id`` writes."""
        return self._vocabulary.spelling()

    def save(self, path: Path) -> None:
        """Write the tokenizer as JSON."""
        save_vocabulary(path, self._vocabulary, {})

    @classmethod
    def load(cls, path: Path) -> "CharacterTokenizer":
        """Read a tokenizer that :meth:`save` wrote.

        Raises:
            UserError: the file is missing or damaged.
        """
        vocabulary, _ = load_vocabulary(path)
        if any(len(entry) != 1 for entry in vocabulary.entries):
            raise UserError(f"{path} is damaged: its entries are no characters.")
        return cls(vocabulary)
