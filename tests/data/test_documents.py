"""A paper stays in its part, held-out text is not trained on, and a user's own text is held out."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from core.data import documents
from core.data.corpora import Abstract
from core.data.documents import (
    TextData,
    load_arxiv,
    load_own_text,
    load_wikitext,
    split_documents,
    split_of,
)
from core.errors import UserError

# By their SHA-256: any other way of splitting would put some of them elsewhere.
TRAIN, VALID, TEST = ("1706.03762", "1802.05365"), ("cs/0001001", "0027"), ("1409.3215", "0053")


def test_the_part_of_an_id_never_changes() -> None:
    for part, ids in (("train", TRAIN), ("valid", VALID), ("test", TEST)):
        assert [split_of(one) for one in ids] == [part] * len(ids)


def test_nine_tenths_are_for_training_and_a_twentieth_each_is_held_out() -> None:
    counts = Counter(split_of(f"{n % 300:04d}.{n:05d}") for n in range(20_000))
    assert counts.keys() == {"train", "valid", "test"}
    assert counts["train"] == pytest.approx(18_000, abs=200)  # deviation 42
    for part in ("valid", "test"):
        assert counts[part] == pytest.approx(1_000, abs=150)  # deviation 31


def papers(*ids: str) -> list[Abstract]:
    return [Abstract(one, f"We study {one}.") for one in ids]


def test_documents_stand_in_the_part_of_their_id_whatever_others_there_are() -> None:
    data = split_documents(papers(*TRAIN, *VALID, *TEST))
    assert data == TextData(
        ["We study 1706.03762.", "We study 1802.05365."],
        ["We study cs/0001001.", "We study 0027."],
        ["We study 1409.3215.", "We study 0053."],
    )
    fewer = split_documents(papers(TEST[1], VALID[1], TRAIN[1]))
    assert fewer == TextData(data.train[1:], data.valid[1:], data.test[1:])


def test_a_paper_of_two_categories_is_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"cs.CL": papers(TRAIN[0], VALID[0]), "cs.NE": papers(VALID[0], TRAIN[0], TEST[0])}

    class MadeUp:
        def parts(self) -> dict[str, list[Abstract]]:
            return parts

    monkeypatch.setattr(documents, "ARXIV", MadeUp())
    data = load_arxiv()
    assert (len(data.train), len(data.valid), len(data.test)) == (1, 1, 1)


def test_a_document_is_one_line_with_its_white_space_collapsed() -> None:
    text = "  We study\n  caf\u0065\u0301s:\t\u00a0two of\u00ad them.\r\n"
    assert split_documents([Abstract(TRAIN[0], text)]).train == ["We study cafés: two of them."]
    assert split_documents([Abstract(TRAIN[0], " \n\u200b ")]).train == []


@pytest.mark.parametrize("held_out", [VALID[0], TEST[0]])
def test_training_text_that_repeats_a_held_out_one_is_left_out(held_out: str) -> None:
    said, again = "We study words.", "we study:  WORDS"
    data = split_documents([Abstract(TRAIN[0], again), Abstract(held_out, said), *papers(TRAIN[1])])
    assert data.train == ["We study 1802.05365."]
    assert [*data.valid, *data.test] == [said]


def own(folder: Path, lines: list[str]) -> Path:
    path = folder / "my.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_tenth_of_own_text_is_held_out(tmp_path: Path) -> None:
    lines = [f"Line number {number}." for number in range(200)]
    data = load_own_text(own(tmp_path, lines))
    assert (len(data.train), len(data.valid), data.test) == (180, 20, [])
    assert sorted(data.train + data.valid) == sorted(lines)
    assert data == load_own_text(own(tmp_path, lines))
    # In the order of the file: a stream reads it so.
    assert data.train == [line for line in lines if line in data.train]


def test_own_text_of_ten_lines_is_enough_and_of_nine_is_not(tmp_path: Path) -> None:
    lines = [f"Line number {number}." for number in range(10)]
    assert len(load_own_text(own(tmp_path, lines)).valid) == 1
    # Blank lines and repetitions are no lines.
    with pytest.raises(UserError, match=r"my\.txt: 9 different lines are too few.*at least 10"):
        load_own_text(own(tmp_path, [*lines[:9], "", " \u00ad", lines[0], f" {lines[1]}  "]))
    with pytest.raises(UserError, match=r"my\.txt: 1 different lines are too few"):
        load_own_text(own(tmp_path, ["It is so" + "!" * number for number in range(11)]))


def test_most_held_out_lines_stay_held_out_when_the_text_grows(tmp_path: Path) -> None:
    lines = [f"Line number {number}." for number in range(1_000)]
    before = set(load_own_text(own(tmp_path, lines[500:])).valid)
    after = set(load_own_text(own(tmp_path, lines)).valid)
    assert len(before - after) < 15  # of 50; 45 by a new draw


def test_own_text_that_repeats_a_held_out_line_is_not_trained_on(tmp_path: Path) -> None:
    lines = [f"Line number {number}." for number in range(100)]
    before = load_own_text(own(tmp_path, lines))
    again = before.valid[0].upper().replace(".", " !")
    data = load_own_text(own(tmp_path, [*lines, again]))
    # The two are held out together, or one of them is lost.
    assert {before.valid[0], again}.isdisjoint(data.train)
    assert {before.valid[0], again} & set(data.valid)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"my\.txt is empty"),
        (b" \n\n\t\n", r"my\.txt is empty"),
        ("\u00ad\n".encode(), r"my\.txt has no text to read"),
        ("Grüße\n".encode("latin-1") * 20, r"my\.txt is not UTF-8 text \(byte 2\)"),
        (b"one line\n", r"my\.txt: 1 different lines are too few"),
    ],
)
def test_own_text_that_can_not_be_used_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "my.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        load_own_text(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match=r"other\.txt can't be read"):
        load_own_text(tmp_path / "other.txt")


# As in the files of WikiText: blank lines are lines, and what is rare is <unk> already.
WIKI = " \n = Ham = \n \n A <unk> line , two . \n"  # 0, 3, 0 and 6 tokens and four ends


@pytest.fixture
def wikitext(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEQLENS_DATA", str(tmp_path))
    (tmp_path / "wikitext-2").mkdir()
    return tmp_path / "wikitext-2"


def expect(monkeypatch: pytest.MonkeyPatch, tokens: int) -> None:
    monkeypatch.setattr(
        documents, "_WIKITEXT_TOKENS", dict.fromkeys(("train", "valid", "test"), tokens)
    )


@pytest.mark.parametrize("zipped", [False, True])
def test_wikitext_is_read_line_by_line(
    wikitext: Path, zipped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect(monkeypatch, 13)
    for part in ("train", "valid", "test"):
        path = wikitext / f"wiki.{part}.tokens"
        if zipped:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(WIKI.encode()))
        else:
            path.write_text(WIKI, encoding="utf-8")
    data = load_wikitext()
    assert data.train == data.valid == data.test == WIKI.split("\n")[:-1]


def test_another_number_of_tokens_is_refused_with_both_numbers(wikitext: Path) -> None:
    (wikitext / "wiki.train.tokens").write_text(WIKI, encoding="utf-8")
    with pytest.raises(UserError, match=r"wiki\.train\.tokens has 13 tokens, not 2,088,628\.$"):
        load_wikitext()


def test_missing_files_of_wikitext_are_named_with_advice(wikitext: Path) -> None:
    with pytest.raises(UserError, match=r"wiki\.train\.tokens is missing; put .*wikitext-2"):
        load_wikitext()


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", gzip.compress(WIKI.encode())[:-9], gzip.compress(b"Gr\xfc\xdfe")],
    ids=["empty", "no gzip", "cut", "not UTF-8"],
)
def test_a_damaged_file_of_wikitext_is_named(wikitext: Path, content: bytes) -> None:
    (wikitext / "wiki.train.tokens.gz").write_bytes(content)
    with pytest.raises(UserError, match=r"wiki\.train\.tokens"):
        load_wikitext()
