"""Byte-level BPE (Sennrich et al. 2016, arXiv 1508.07909; bytes as in GPT-2)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer as Library
from tokenizers import decoders, models, pre_tokenizers, trainers

from core.errors import UserError
from core.tokenizers.protocol import Piece
from core.whole_files import write_whole


def _byte_signs() -> dict[str, int]:
    """Return which byte each sign of a byte-level vocabulary stands for.

    Bytes that print stand for themselves, the others, in order, for the signs from U+0100 on.
    """
    prints = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in prints]
    return {chr(byte): byte for byte in prints} | {
        chr(0x100 + number): byte for number, byte in enumerate(others)
    }


_BYTES = _byte_signs()


class SubwordTokenizer:
    """Byte-level BPE without ``<unk>``: any text can be encoded, and decodes to itself.

    Digits are pieces of their own, so that a model copies a number instead of knowing it.
    The text is expected normalised (``core.data.text.normalise``), but need not be.
    """

    kind = "subword"

    def __init__(self, library: Library) -> None:
        self._library = library
        # Special ids are ours, after those of the library: its own special tokens are recognised
        # inside of text, and the setting against it is lost when it is saved.
        self.eos_id = library.get_vocab_size()
        self.bos_id = self.eos_id + 1
        self.pad_id = self.eos_id + 2
        self.vocab_size = -(-(self.eos_id + 3) // 64) * 64

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int) -> "SubwordTokenizer":
        """Learn the merges from texts; ``vocab_size`` counts special ids, a multiple of 64."""
        library = Library(models.BPE())
        library.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )
        library.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size - 3,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        library.train_from_iterator(texts, trainer)
        return cls(library)

    def encode(self, text: str) -> list[Piece]:
        """Return the pieces of a text, each with the characters that it touches.

        A character of several bytes may be cut: then each of its pieces has its offsets.
        """
        encoding = self._library.encode(text)
        return [
            Piece(token, *span) for token, span in zip(encoding.ids, encoding.offsets, strict=True)
        ]

    def encode_batch(self, texts: Sequence[str], dropout: float = 0.0) -> list[list[int]]:
        """Return the ids of each text.

        ``dropout`` is the probability of leaving out a merge (BPE-dropout, Provilkov et al. 2020,
        arXiv 1910.13267); the library draws it from a generator that can't be seeded.
        """
        self._library.model.dropout = dropout or None
        try:
            return [encoding.ids for encoding in self._library.encode_batch_fast(list(texts))]
        finally:
            self._library.model.dropout = None

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of the ids; special ids are passed over."""
        return self._library.decode([token for token in ids if token < self.eos_id])

    def decode_pieces(self, ids: Sequence[int]) -> tuple[str, list[Piece]]:
        """Return the text of the ids, and each id, special ones left out, with its characters."""
        ids = [token for token in ids if token < self.eos_id]
        ends = [self.decode(ids[: count + 1]) for count in range(len(ids))]
        pieces, start = [], 0
        for token, text in zip(ids, ends, strict=True):
            pieces.append(Piece(token, start, len(text)))
            # A character of which bytes are still to come shows as U+FFFD, and begins anew.
            start = len(text.rstrip("\ufffd"))
        return (ends[-1] if ends else ""), pieces

    def begin(self, text: str) -> tuple[list[int], bytes]:
        """Return the ids of what is finished of a text that goes on, and the bytes of the rest.

        What follows the last space is not finished: "sit" may become "sitting", and "it'" may
        become "it's", which are cut in other ways. The space belongs to it, as in every piece.
        """
        start = max(text.rfind(" "), 0)
        return [piece.id for piece in self.encode(text[:start])], text[start:].encode()

    def spelling(self) -> list[bytes]:
        """Return the bytes that each id below ``eos_id`` writes."""
        names = self._library.get_vocab()
        ordered = sorted(names, key=names.__getitem__)
        return [bytes(_BYTES[sign] for sign in name) for name in ordered]

    def save(self, path: Path) -> None:
        """Write the tokenizer as JSON."""
        # Not by the library, whose errors (a full disk) are bare Exceptions.
        write_whole(path, self._library.to_str(pretty=True).encode("utf-8"))

    @classmethod
    def load(cls, path: Path) -> "SubwordTokenizer":
        """Read a tokenizer that :meth:`save` wrote.

        Raises:
            UserError: the file is missing or damaged.
        """
        if not path.is_file():
            raise UserError(f"{path} is missing; copy the whole checkpoint folder again.")
        try:
            return cls(Library.from_file(str(path)))
        except Exception:  # the library raises bare Exception
            raise UserError(f"{path} is damaged: it holds no tokenizer.") from None
