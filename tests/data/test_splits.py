"""Pairs that share a sentence stay in one part, and a user's files are read or refused clearly."""

from pathlib import Path

import pytest

from core.data.corpora import Pair
from core.data.splits import (
    clean,
    group_by_sentence,
    keys,
    load_own,
    read_lines,
    read_pairs,
    split_by_group,
    without,
)
from core.errors import UserError
from tests.tiny import PAIRS

# Hand-made: A to C hang together by "hello" and then by „Servus!“, D and E by the source alone.
A = Pair("Hallo!", "Hello.")
B = Pair("Servus!", "hello")
C = Pair("servus", "Hi!")
D = Pair("Ich bin müde.", "I'm tired.")
E = Pair("ich bin müde", "I am tired.")
F = Pair("Komm her!", "Come here!")
G = Pair("Hi", "Hey")  # "Hi" is German here, and English in C


def as_sets(groups: list[list[Pair]]) -> set[frozenset[Pair]]:
    return {frozenset(group) for group in groups}


def test_pairs_that_share_a_sentence_on_either_side_are_one_group() -> None:
    groups = group_by_sentence([A, D, B, F, C, E, G])
    assert as_sets(groups) == as_sets([[A, B, C], [D, E], [F], [G]])
    assert sum(map(len, groups)) == 7


def test_a_long_chain_is_one_group() -> None:
    # de0-en0, de1-en0, de1-en1, de2-en1 …: neighbours share a side, the ends share nothing.
    chain = [Pair(f"de{(n + 1) // 2}", f"en{n // 2}") for n in range(5000)]
    assert len(group_by_sentence(chain)) == 1


def test_no_group_is_split_and_held_out_parts_have_one_pair_of_a_group() -> None:
    several = [*PAIRS, *[Pair(pair.source.upper(), pair.target + "!") for pair in PAIRS]]
    group_of = {p: n for n, group in enumerate(group_by_sentence(several)) for p in group}
    rest, (test, valid) = split_by_group(several, (20, 10))
    assert (len(test), len(valid)) == (20, 10)
    drawn = [group_of[pair] for pair in (*test, *valid)]
    assert len(set(drawn)) == 30
    assert {group_of[pair] for pair in rest}.isdisjoint(drawn)
    assert len(rest) == 2 * (len(PAIRS) - 30)


def test_a_split_is_the_same_each_time() -> None:
    assert split_by_group(PAIRS, (5, 5)) == split_by_group(list(PAIRS), (5, 5))


def test_a_held_out_sentence_on_either_side_takes_the_pair_out() -> None:
    pairs = [A, C, D, F]
    assert without(pairs, keys([Pair("Moin", "HELLO"), Pair("komm her", "Come.")])) == [C, D]
    # Held out in one language, in training in the other: out as well.
    assert without([G, F], keys([C])) == [F]


def test_cleaning_normalises_and_drops_empty_sides_and_repetitions() -> None:
    pairs = [
        Pair("Ja\u00a0 so", "Yes"),
        Pair("Ja so", "Yes "),
        Pair("\u00ad", "Soft"),
        Pair("x", ""),
    ]
    assert clean(pairs) == [Pair("Ja so", "Yes")]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "my.de"
    path.write_text("Hallo!\nKomm her!\n", encoding="utf-8")
    return path


def test_two_files_are_read_line_by_line(source: Path) -> None:
    target = source.with_suffix(".en")
    target.write_text("Hello!\r\nCome here!", encoding="utf-8")
    assert read_pairs(source, target) == [Pair("Hallo!", "Hello!"), Pair("Komm her!", "Come here!")]


def test_a_tsv_gives_its_first_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "my.tsv"
    path.write_text("Hallo!\tHello!\nKomm!\tCome!\tCC-BY\n", encoding="utf-8")
    assert read_pairs(path) == [Pair("Hallo!", "Hello!"), Pair("Komm!", "Come!")]


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    path = tmp_path / "my.de"
    path.write_bytes("a\u2028b\x0cc\n\nd\x85e\rf\r\n".encode())
    assert read_lines(path) == ["a\u2028b\x0cc", "", "d\x85e\rf"]


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "my.tsv").write_text("\ufeffHallo!\tHello!\n", encoding="utf-8")
    assert read_pairs(tmp_path / "my.tsv") == [Pair("Hallo!", "Hello!")]


def test_files_of_unequal_length_are_refused_with_both_lengths(source: Path) -> None:
    target = source.with_suffix(".en")
    target.write_text("Hello!\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"my\.de has 2 lines and .*my\.en has 1"):
        read_pairs(source, target)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Grüße\n".encode("latin-1"), r"my\.txt is not UTF-8 text \(byte 2\)"),
        ("Grüße\n".encode("utf-16"), r"my\.txt is not UTF-8 text"),
        (b"", r"my\.txt is empty"),
        (b" \n\n", r"my\.txt is empty"),
        (b"Hallo\tHello\nHallo Hello\n", r"my\.txt, line 2: no tab"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused_by_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "my.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        read_pairs(path)


def test_a_missing_file_is_refused_by_name(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"other\.en can't be read: No such file"):
        read_pairs(source, tmp_path / "other.en")
    with pytest.raises(UserError, match="can't be read: Is a directory"):
        read_pairs(tmp_path)


def test_own_text_is_split_without_leaks(tmp_path: Path) -> None:
    path = tmp_path / "my.tsv"
    twice = [*PAIRS, *[Pair(pair.source.lower(), pair.target) for pair in PAIRS]]
    path.write_text("".join(f"{p.source}\t{p.target}\n" for p in twice), encoding="utf-8")
    data = load_own(path)
    assert len(data.valid["own"]) == len(PAIRS) // 10
    assert len(data.train) == 2 * (len(PAIRS) - len(PAIRS) // 10)
    trained = {pair.target for pair in data.train}
    assert trained.isdisjoint(pair.target for pair in data.valid["own"])
    assert data.test == {}


def test_own_text_of_too_few_sentences_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "my.tsv"
    path.write_text("".join(f"Nummer {n}\tnumber {n}\n" for n in range(9)), encoding="utf-8")
    with pytest.raises(UserError, match="9 different sentences are too few"):
        load_own(path)
