"""Each character of a text is a token; what the vocabulary does not hold is ``<unk>``."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.kinds import LOADERS
from core.tokenizers.protocol import Piece, closed
from tests.tiny import DOCUMENTS, TEXTS, characters

SPECIAL = ["</s>", "<s>", "<unk>", "<pad>", "der <unk> </s> the"]
KNOWN = sorted({sign for text in DOCUMENTS for sign in text})


def ids_of(text: str, pieces: CharacterTokenizer) -> list[int]:
    return [piece.id for piece in pieces.encode(text)]


@given(st.text(alphabet=KNOWN))
def test_text_of_known_characters_comes_back_as_it_is(text: str) -> None:
    assert characters().decode(ids_of(text, characters())) == text


@given(st.text())
def test_every_character_is_a_piece_at_its_place(text: str) -> None:
    pieces = characters().encode(text)
    assert [(piece.start, piece.end) for piece in pieces] == [
        (place, place + 1) for place in range(len(text))
    ]
    for piece, sign in zip(pieces, text, strict=True):
        assert (piece.id == characters().unk_id) == (sign not in KNOWN)
        assert 0 <= piece.id < characters().eos_id
    decoded = characters().decode([piece.id for piece in pieces])
    assert decoded == "".join(sign if sign in KNOWN else "\ufffd" for sign in text)


def test_characters_are_as_they_are_and_rare_ones_are_left_out() -> None:
    made = CharacterTokenizer.train(["bB a", "a  b"], 2)  # space 3, a 2, b 2, B 1
    assert ids_of(" abB", made) == [0, 1, 2, made.unk_id]
    assert made.unk_id == 3
    assert CharacterTokenizer.train(["bB a", "a  b"], 1).unk_id == 4


@pytest.mark.parametrize("text", SPECIAL)
def test_text_that_spells_a_special_token_is_text(text: str) -> None:
    ids = ids_of(text, characters())
    assert len(ids) == len(text)
    assert max(ids) < characters().eos_id
    everything = CharacterTokenizer.train([*DOCUMENTS, *SPECIAL], 1)
    ids = ids_of(text, everything)
    assert max(ids) < everything.unk_id
    assert everything.decode(ids) == text


def test_unknown_characters_are_named_in_their_order() -> None:
    assert characters().unknown("Qu e? 漢 Q") == ["Q", "?", "漢", "Q"]
    assert characters().unknown(DOCUMENTS[0]) == []


def test_an_unknown_character_costs_what_the_unigram_model_gives_it() -> None:
    made = CharacterTokenizer.train(["aab"], 2)
    # a 2, b 1, and one for all of Unicode; a character needs no end.
    assert made.unknown_nats("b") == pytest.approx(-math.log(1 / 4), abs=1e-5)
    assert made.unknown_nats("abba") == pytest.approx(-2 * math.log(1 / 4), abs=1e-5)
    assert made.unknown_nats("aa") == 0
    assert made.unknown_nats("z") == pytest.approx(math.log(4 * 1_114_112))


def test_nothing_has_no_pieces() -> None:
    assert characters().encode("") == []
    assert characters().unknown("") == []
    assert characters().unknown_nats("") == 0
    assert characters().begin("") == ([], b"")
    assert characters().decode([]) == ""
    assert characters().decode_pieces([]) == ("", [])


def test_special_ids_follow_the_characters_and_leave_no_text() -> None:
    made = characters()
    count = len(KNOWN)
    assert (made.unk_id, made.eos_id, made.bos_id, made.pad_id) == tuple(range(count, count + 4))
    assert made.vocab_size % 64 == 0 and made.vocab_size - 64 < count + 4 <= made.vocab_size
    special = list(range(made.eos_id, made.vocab_size))
    assert made.decode([*special, *ids_of("Hund", made), *special]) == "Hund"
    assert made.decode_pieces(special) == ("", [])


def test_decoded_pieces_have_their_characters_at_their_places() -> None:
    made = characters()
    ids = [*ids_of("d ä", made), made.unk_id, made.eos_id, *ids_of("e", made)]
    text, pieces = made.decode_pieces(ids)
    assert text == made.decode(ids) == "d ä\ufffde"
    assert pieces == [
        Piece(token, place, place + 1) for place, token in enumerate(ids[:4] + ids[5:])
    ]


def test_a_batch_has_the_ids_of_its_texts_and_a_text_that_goes_on_has_all_of_its_own() -> None:
    expected = [ids_of(text, characters()) for text in TEXTS]
    assert characters().encode_batch(TEXTS) == expected
    assert characters().encode_batch(TEXTS, dropout=0.5) == expected
    assert characters().encode_batch([]) == []
    assert [characters().begin(text) for text in TEXTS] == [(ids, b"") for ids in expected]


def test_each_id_writes_its_bytes_and_unknown_none() -> None:
    spelling = characters().spelling()
    assert len(spelling) == characters().eos_id
    assert spelling[ids_of("ä", characters())[0]] == "ä".encode()
    assert spelling[characters().unk_id] == b""


def test_a_saved_tokenizer_comes_back(tmp_path: Path) -> None:
    made = CharacterTokenizer.train([*DOCUMENTS, *TEXTS, '\u2028"\\漢'], 1)
    made.save(tmp_path / "tokenizer.json")
    loaded = LOADERS["character"](tmp_path / "tokenizer.json")
    assert isinstance(loaded, CharacterTokenizer)
    for name in ("unk_id", "eos_id", "bos_id", "pad_id", "vocab_size"):
        assert getattr(loaded, name) == getattr(made, name)
    for text in [*TEXTS, *SPECIAL, "ÿ ÿ"]:
        assert loaded.encode(text) == made.encode(text)
        assert loaded.unknown_nats(text) == made.unknown_nats(text)


GOOD = {"end": "", "characters": {"a": 2}, "entries": ["a", "b"]}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        json.dumps(GOOD)[:-9],
        json.dumps(GOOD | {"entries": ["a", "a"]}),
        json.dumps(GOOD | {"entries": ["a", None]}),
        json.dumps(GOOD | {"entries": None}),
        json.dumps(GOOD | {"entries": ["a", "words"]}),
        json.dumps(GOOD | {"entries": ["a", ""]}),
        json.dumps(GOOD | {"characters": 5}),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(GOOD))
    assert CharacterTokenizer.load(path).unk_id == 2
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"tokenizer\.json is damaged"):
        CharacterTokenizer.load(path)


def test_bytes_that_are_no_text_and_a_missing_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    with pytest.raises(UserError, match=r"tokenizer\.json is missing"):
        CharacterTokenizer.load(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"tokenizer\.json is damaged"):
        CharacterTokenizer.load(path)


def test_characters_are_a_closed_vocabulary() -> None:
    assert closed(characters()) is characters()
