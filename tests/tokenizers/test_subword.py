"""Any text survives the tokenizer, and every piece knows its characters."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.text import normalise
from core.errors import UserError
from core.tokenizers.subword import SubwordTokenizer
from tests.tiny import PAIRS, TEXTS, tokenizer

SPECIAL_SPELLINGS = ["</s>", "<s>", "<pad>", "<unk>", "<|endoftext|>", "[PAD]", "a</s>b <s> c"]


def ids_of(text: str, pieces: SubwordTokenizer) -> list[int]:
    return [piece.id for piece in pieces.encode(text)]


@pytest.fixture
def saved(tmp_path: Path) -> SubwordTokenizer:
    tokenizer().save(tmp_path / "tokenizer.json")
    return SubwordTokenizer.load(tmp_path / "tokenizer.json")


@given(st.text())
def test_decoding_gives_back_any_text(text: str) -> None:
    assert tokenizer().decode(ids_of(text, tokenizer())) == text


@given(st.text())
def test_no_piece_of_text_is_a_special_id(text: str) -> None:
    assert all(0 <= token < tokenizer().eos_id for token in ids_of(text, tokenizer()))


@pytest.mark.parametrize("text", [*TEXTS, *SPECIAL_SPELLINGS])
def test_decoding_gives_back_text_after_saving_too(text: str, saved: SubwordTokenizer) -> None:
    assert saved.decode(ids_of(text, saved)) == text
    assert ids_of(text, saved) == ids_of(text, tokenizer())


@pytest.mark.parametrize("text", SPECIAL_SPELLINGS)
def test_spelling_a_special_token_is_text(text: str, saved: SubwordTokenizer) -> None:
    for pieces in (tokenizer(), saved):
        ids = ids_of(text, pieces)
        assert len(ids) > 1
        assert max(ids) < pieces.eos_id
        assert pieces.encode_batch([text]) == [ids]


def test_special_tokens_in_the_training_text_are_text(tmp_path: Path) -> None:
    text = "<pad> </s> <s> " * 9
    trained = SubwordTokenizer.train([text], 320)
    trained.save(tmp_path / "tokenizer.json")
    for pieces in (trained, SubwordTokenizer.load(tmp_path / "tokenizer.json")):
        ids = ids_of("x" + text, pieces)
        assert max(ids) < pieces.eos_id
        assert pieces.decode(ids) == "x" + text


@given(st.text(alphabet="aäß 7€👍\u0301.„“\n"))
def test_pieces_cover_the_text_in_order(text: str) -> None:
    pieces = tokenizer().encode(text)
    place = 0
    for piece in pieces:
        # A character of several bytes may be cut; its pieces all have it.
        assert piece.start in (place, place - 1)
        assert piece.start < piece.end <= len(text)
        place = piece.end
    assert place == len(text)


def test_a_piece_decodes_to_its_own_characters() -> None:
    text = "Der Vogel fällt 42 mal."
    pieces = tokenizer().encode(text)
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    for piece in pieces:
        assert tokenizer().decode([piece.id]) == text[piece.start : piece.end]


def test_a_character_of_four_bytes_belongs_to_each_of_its_pieces() -> None:
    pieces = tokenizer().encode("a👍b")
    assert [(piece.start, piece.end) for piece in pieces] == [(0, 1), *[(1, 2)] * 4, (2, 3)]


def test_each_digit_is_a_piece_however_common_the_number() -> None:
    text = "1984,84"
    trained = SubwordTokenizer.train([text] * 9, 320)
    spans = [(piece.start, piece.end) for piece in trained.encode(text)]
    assert spans == [(place, place + 1) for place in range(7)]


@given(st.text())
def test_decoded_pieces_have_the_text_of_decode(text: str) -> None:
    ids = ids_of(text, tokenizer())
    decoded, pieces = tokenizer().decode_pieces(ids)
    assert decoded == text
    assert [piece.id for piece in pieces] == ids


@given(st.text(alphabet="aäß 7€👍\u0301.„“\n"))
def test_decoded_pieces_have_the_offsets_of_encode(text: str) -> None:
    encoded = tokenizer().encode(text)
    _, pieces = tokenizer().decode_pieces([piece.id for piece in encoded])
    assert pieces == encoded


@given(st.lists(st.integers(0, 319)))
def test_any_ids_decode_and_their_pieces_stay_inside_the_text(ids: list[int]) -> None:
    # A model may write any bytes, whether or not they are UTF-8.
    text, pieces = tokenizer().decode_pieces(ids)
    assert text == tokenizer().decode(ids)
    assert [piece.id for piece in pieces] == [token for token in ids if token < tokenizer().eos_id]
    for piece in pieces:
        assert 0 <= piece.start <= piece.end <= len(text)
    ends = [piece.end for piece in pieces]
    assert ends == sorted(ends)
    assert not pieces or ends[-1] == len(text)


def test_special_ids_leave_no_text() -> None:
    pieces = tokenizer()
    special = list(range(pieces.eos_id, pieces.vocab_size))
    ids = ids_of("Der Hund", pieces)
    assert pieces.decode([*special, *ids, *special]) == "Der Hund"
    assert pieces.decode(special) == ""
    assert pieces.decode_pieces(special) == ("", [])


@pytest.mark.parametrize("size", [320, 384, 1024])
def test_the_vocabulary_is_a_multiple_of_64_and_padding_lies_beyond_the_writable_ids(
    size: int,
) -> None:
    # PAIRS allow for far fewer than 1024 merges: the rest is filling.
    pieces = SubwordTokenizer.train([pair.target for pair in PAIRS], size)
    assert pieces.vocab_size % 64 == 0
    assert pieces.vocab_size <= size
    assert pieces.eos_id < pieces.bos_id < pieces.vocab_size
    assert pieces.eos_id < pieces.pad_id < pieces.vocab_size
    assert pieces.bos_id != pieces.pad_id


def test_a_batch_has_the_ids_of_its_texts() -> None:
    expected = [ids_of(text, tokenizer()) for text in TEXTS]
    assert tokenizer().encode_batch(TEXTS) == expected
    assert tokenizer().encode_batch([]) == []


def test_dropout_cuts_words_otherwise_but_keeps_the_text_and_ends_with_the_call() -> None:
    texts = [pair.source for pair in PAIRS]
    plain = tokenizer().encode_batch(texts)
    dropped = tokenizer().encode_batch(texts, dropout=0.5)
    assert sum(map(len, dropped)) > sum(map(len, plain))
    assert [tokenizer().decode(ids) for ids in dropped] == texts
    assert [ids_of(text, tokenizer()) for text in texts] == plain
    assert tokenizer().encode_batch(texts) == plain


def test_normalised_text_is_what_is_encoded() -> None:
    assert tokenizer().decode(ids_of(normalise("Stra\u00adße\u00a07"), tokenizer())) == "Straße 7"


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b'{"version": "1.0"}', b"\xff\xfe\x00"])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"tokenizer\.json is damaged"):
        SubwordTokenizer.load(path)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"tokenizer\.json is missing"):
        SubwordTokenizer.load(tmp_path / "tokenizer.json")
