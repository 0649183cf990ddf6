"""Words: tokens of razdel in lower case, or what stands between spaces."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import razdel

from core.errors import UserError
from core.tokenizers.protocol import Piece
from core.tokenizers.vocabulary import Vocabulary, load_vocabulary, save_vocabulary

SPLITS = ("razdel", "space")


class WordTokenizer:
    """A closed vocabulary of words; every other word is ``<unk>``.

    ``razdel`` cuts off punctuation and ignores case; ``space`` takes words as they stand between
    spaces, for text that was tokenized before (WikiText).
    """

    kind = "word"

    def __init__(self, vocabulary: Vocabulary, split: str) -> None:
        if split not in SPLITS:
            raise UserError(f"split must be one of {', '.join(SPLITS)}, not {split!r}.")
        self._vocabulary, self.split = vocabulary, split
        self.unk_id, self.eos_id = vocabulary.unk_id, vocabulary.eos_id
        self.bos_id, self.pad_id = vocabulary.bos_id, vocabulary.pad_id
        self.vocab_size = vocabulary.size

    @classmethod
    def train(
        cls, texts: Iterable[str], min_frequency: int, split: str = "razdel"
    ) -> "WordTokenizer":
        """Take the words that occur ``min_frequency`` times or more."""
        words = (word for text in texts for word, _, _ in _words(text, split))
        return cls(Vocabulary.count(words, min_frequency, end=" "), split)

    @property
    def vocabulary(self) -> list[str]:
        """The words of ids 0, 1, …"""
        return self._vocabulary.entries

    def tokens(self, text: str) -> list[str]:
        """Return the words of a text as the vocabulary spells them, unknown ones as well."""
        return [word for word, _, _ in _words(text, self.split)]

    def unknown(self, text: str) -> list[str]:
        """Return the words of a text that the vocabulary does not hold, in their order."""
        return [
            text[piece.start : piece.end] for piece in self.encode(text) if piece.id == self.unk_id
        ]

    def unknown_nats(self, text: str) -> float:
        """Return what it costs to spell the unknown words of a text, in nats."""
        return self._vocabulary.unknown_nats(self.tokens(text))

    def encode(self, text: str) -> list[Piece]:
        """Return a piece for each word."""
        return [
            Piece(self._vocabulary.id_of(word), start, end)
            for word, start, end in _words(text, self.split)
        ]

    def encode_batch(self, texts: Sequence[str], dropout: float = 0.0) -> list[list[int]]:
        """Return the ids of each text; a closed vocabulary cuts in one way, without dropout."""
        return [[piece.id for piece in self.encode(text)] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the words with single spaces between them; special ids are passed over."""
        return self.decode_pieces(ids)[0]

    def decode_pieces(self, ids: Sequence[int]) -> tuple[str, list[Piece]]:
        """Return the text of the ids, and each id, special ones left out, with its characters."""
        words, pieces, start = [], [], 0
        for token in ids:
            if token < self.eos_id:
                word = self._vocabulary.text_of(token)
                words.append(word)
                pieces.append(Piece(token, start, start + len(word)))
                start += len(word) + 1
        return " ".join(words), pieces

    def begin(self, text: str) -> tuple[list[int], bytes]:
        """Return the ids of a text that goes on: its words are taken as finished."""
        return [piece.id for piece in self.encode(text)], b""

    def spelling(self) -> list[bytes]:
        """Return the bytes that each id below ``eos_id`` writes."""
        return self._vocabulary.spelling()

    def save(self, path: Path) -> None:
        """Write the tokenizer as JSON."""
        save_vocabulary(path, self._vocabulary, {"split": self.split})

    @classmethod
    def load(cls, path: Path) -> "WordTokenizer":
        """Read a tokenizer that :meth:`save` wrote.

        Raises:
            UserError: the file is missing or damaged.
        """
        vocabulary, settings = load_vocabulary(path)
        split = settings.get("split")
        if split not in SPLITS:
            raise UserError(f"{path} is damaged: it does not say how words are split.")
        return cls(vocabulary, split)


def _words(text: str, split: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word with the place where it begins and ends in the text."""
    if split == "razdel":
        for token in razdel.tokenize(text):
            # Token by token: lower() of a whole text can change its length.
            yield token.text.lower(), token.start, token.stop
        return
    end = 0
    for word in text.split():
        start = text.index(word, end)
        end = start + len(word)
        yield word, start, end
