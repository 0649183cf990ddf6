"""Words know their places in a text; what the vocabulary does not hold is ``<unk>`` and has a cost.

The vocabulary of most tests is that of tests/tiny.py: ``.`` is 0, ``der`` 1, ``the`` 2.
"""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.tokenizers.kinds import LOADERS
from core.tokenizers.protocol import closed
from core.tokenizers.word import WordTokenizer
from tests.tiny import DOCUMENTS, TEXTS, tokenizer, words

SPECIAL = ["</s>", "<s>", "<unk>", "<pad>", "der <unk> </s> the"]
SPACED = WordTokenizer.train(["The <unk> dog , the dog ."], 1, split="space")


def ids_of(text: str, pieces: WordTokenizer) -> list[int]:
    return [piece.id for piece in pieces.encode(text)]


def test_known_text_comes_back_in_lower_case_with_single_spaces() -> None:
    assert words().decode(ids_of("Der Hund schläft, the dog.", words())) == (
        "der hund schläft <unk> the dog ."
    )
    for text in DOCUMENTS:
        expected = text.lower().replace(".", " .")
        assert words().decode(ids_of(text, words())) == expected
        assert ids_of(expected, words()) == ids_of(text, words())


def test_text_between_spaces_comes_back_as_it_is() -> None:
    text = "The dog , the <unk> ."
    assert SPACED.decode(ids_of(text, SPACED)) == text
    assert ids_of("the  dog.\tThe", SPACED) == [
        SPACED.vocabulary.index("the"),
        SPACED.unk_id,  # punctuation is not cut off
        SPACED.vocabulary.index("The"),  # case is kept
    ]


def test_words_between_spaces_that_are_parts_of_others_stand_at_their_own_places() -> None:
    text = "theatre the  dog,\tdog , the"
    spans = [(piece.start, piece.end) for piece in SPACED.encode(text)]
    assert spans == [(0, 7), (8, 11), (13, 17), (18, 21), (22, 23), (24, 27)]


def test_words_are_numbered_by_how_often_they_occur_and_then_by_the_alphabet() -> None:
    made = WordTokenizer.train(["b c a", "c b", "C"], 1)
    assert made.vocabulary == ["c", "b", "a"]
    assert WordTokenizer.train(["b c a", "c b", "C"], 2).vocabulary == ["c", "b"]
    assert WordTokenizer.train(["b c a", "c b", "C"], 3).vocabulary == ["c"]
    assert WordTokenizer.train([], 1).vocabulary == []


@given(st.text())
def test_pieces_stand_in_their_order_and_leave_nothing_but_space(text: str) -> None:
    for pieces in (words(), SPACED):
        place = 0
        for piece in pieces.encode(text):
            assert text[place : piece.start].strip() == ""
            assert piece.start < piece.end <= len(text)
            place = piece.end
        assert text[place:].strip() == ""


@pytest.mark.parametrize("text", [*TEXTS, *SPECIAL, "İİ der İ dog", "Der  Hund\u00a0, the\ndog "])
def test_each_piece_is_the_word_at_its_place(text: str) -> None:
    spelt = words().tokens(text)
    for piece, word in zip(words().encode(text), spelt, strict=True):
        assert text[piece.start : piece.end].lower() == word
        known = word in words().vocabulary
        assert piece.id == (words().vocabulary.index(word) if known else words().unk_id)


@given(st.text())
def test_no_piece_of_text_is_a_special_id(text: str) -> None:
    for pieces in (words(), SPACED):
        assert all(0 <= token <= pieces.unk_id < pieces.eos_id for token in ids_of(text, pieces))


@pytest.mark.parametrize("text", SPECIAL)
def test_text_that_spells_a_special_token_is_text(text: str) -> None:
    ids = ids_of(text, words())
    assert words().unk_id in ids
    assert max(ids) < words().eos_id
    assert words().decode(ids).startswith("der <unk>" if text.startswith("der") else "<unk>")


def test_unknown_is_an_entry_of_a_text_that_spells_it() -> None:
    assert ids_of("<unk>", SPACED) == [SPACED.vocabulary.index("<unk>")] != [SPACED.unk_id]
    assert SPACED.unknown("the <unk> cat") == ["cat"]


def test_unknown_words_are_named_as_they_were_typed_in_their_order() -> None:
    assert words().unknown("Der Kater, the CAT und der Kater") == [
        "Kater",
        ",",
        "CAT",
        "und",
        "Kater",
    ]
    assert words().unknown("THE DOG.") == []


def test_an_unknown_word_costs_its_letters_and_the_space_behind_it() -> None:
    made = WordTokenizer.train(["ab ab c"], 2)
    # Twice "ab " and once "c ": a 2, b 2, c 1, space 3, and one for all of Unicode.
    assert made.vocabulary == ["ab"]
    each = [-math.log(count / 9) for count in (1, 3)]
    assert made.unknown_nats("c") == pytest.approx(sum(each), abs=1e-5)
    assert made.unknown_nats("ab C ab c") == pytest.approx(2 * sum(each), abs=1e-5)
    assert made.unknown_nats("ab ab") == 0
    never_seen = math.log(9 * 1_114_112) - math.log(3 / 9)
    assert made.unknown_nats("z") == pytest.approx(never_seen, abs=1e-5)


def test_nothing_has_no_pieces() -> None:
    for text in ("", "  \n\t "):
        assert words().encode(text) == []
        assert words().unknown(text) == []
        assert words().unknown_nats(text) == 0
        assert words().begin(text) == ([], b"")
    assert words().decode([]) == ""
    assert words().decode_pieces([]) == ("", [])


def test_special_ids_follow_the_words_and_leave_no_text() -> None:
    made = words()
    assert (made.unk_id, made.eos_id, made.bos_id, made.pad_id) == (31, 32, 33, 34)
    assert made.vocab_size == 64
    special = list(range(made.eos_id, made.vocab_size))
    assert made.decode([*special, 1, *special, 2]) == "der the"
    assert made.decode(special) == ""


@pytest.mark.parametrize(("count", "size"), [(0, 64), (60, 64), (61, 128), (124, 128)])
def test_the_vocabulary_is_a_multiple_of_64(count: int, size: int) -> None:
    made = WordTokenizer.train([" ".join(f"w{'x' * n}" for n in range(count))], 1)
    assert (made.unk_id, made.vocab_size) == (count, size)
    assert made.pad_id < made.vocab_size


def test_decoded_pieces_have_the_words_at_their_places() -> None:
    ids = [1, words().unk_id, words().eos_id, 0, words().pad_id]
    text, pieces = words().decode_pieces(ids)
    assert text == words().decode(ids) == "der <unk> ."
    assert [piece.id for piece in pieces] == [1, words().unk_id, 0]
    assert [text[piece.start : piece.end] for piece in pieces] == ["der", "<unk>", "."]


def test_a_batch_has_the_ids_of_its_texts() -> None:
    for pieces in (words(), SPACED):
        expected = [ids_of(text, pieces) for text in TEXTS]
        assert pieces.encode_batch(TEXTS) == expected
        assert pieces.encode_batch(TEXTS, dropout=0.5) == expected
        assert pieces.encode_batch([]) == []


def test_each_id_writes_its_bytes_and_unknown_none() -> None:
    spelling = words().spelling()
    assert len(spelling) == words().eos_id
    assert spelling[5] == "fällt".encode()
    assert spelling[words().unk_id] == b""


@pytest.mark.parametrize("split", ["razdel", "space"])
def test_a_saved_tokenizer_comes_back(tmp_path: Path, split: str) -> None:
    made = WordTokenizer.train([*DOCUMENTS, 'Zebra \u2028 <unk> 漢字 "\\'], 1, split)
    made.save(tmp_path / "tokenizer.json")
    loaded = LOADERS["word"](tmp_path / "tokenizer.json")
    assert isinstance(loaded, WordTokenizer)
    assert (loaded.split, loaded.vocabulary) == (split, made.vocabulary)
    for name in ("unk_id", "eos_id", "bos_id", "pad_id", "vocab_size"):
        assert getattr(loaded, name) == getattr(made, name)
    for text in [*TEXTS, *SPECIAL, *DOCUMENTS[:3]]:
        assert loaded.encode(text) == made.encode(text)
        assert loaded.unknown_nats(text) == made.unknown_nats(text)


GOOD = {"split": "razdel", "end": " ", "characters": {"a": 2}, "entries": ["a", "b"]}


def test_the_file_of_the_damaged_ones_is_good(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps(GOOD))
    assert WordTokenizer.load(tmp_path / "tokenizer.json").vocabulary == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1, 2]",
        "{}",
        "null",
        json.dumps(GOOD)[:-9],
        json.dumps({key: value for key, value in GOOD.items() if key != "entries"}),
        json.dumps({key: value for key, value in GOOD.items() if key != "split"}),
        json.dumps(GOOD | {"entries": ["a", "a"]}),
        json.dumps(GOOD | {"entries": ["a", 5]}),
        json.dumps(GOOD | {"entries": "ab"}),
        json.dumps(GOOD | {"entries": {"a": 1}}),
        json.dumps(GOOD | {"end": None}),
        json.dumps(GOOD | {"characters": {"a": "many"}}),
        json.dumps(GOOD | {"characters": None}),
        json.dumps(GOOD | {"characters": ["a"]}),
        json.dumps(GOOD | {"split": "sentences"}),
        json.dumps(GOOD | {"split": ["razdel"]}),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"tokenizer\.json is damaged") as caught:
        WordTokenizer.load(path)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_and_a_missing_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    with pytest.raises(UserError, match=r"tokenizer\.json is missing"):
        WordTokenizer.load(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"tokenizer\.json is damaged"):
        WordTokenizer.load(path)


def test_a_wrong_way_of_splitting_is_refused_by_its_name() -> None:
    with pytest.raises(UserError, match="split must be one of razdel, space, not 'lines'"):
        WordTokenizer.train(DOCUMENTS, 1, split="lines")


def test_words_are_a_closed_vocabulary_and_subwords_are_none() -> None:
    assert closed(words()) is words()
    with pytest.raises(UserError, match="reads words or characters, not subwords"):
        closed(tokenizer())
