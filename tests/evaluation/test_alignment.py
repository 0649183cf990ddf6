"""Gold links are read as written, and predicted ones are scored as one would with a pencil."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.__main__ import main
from core.commands import evaluate as command
from core.errors import UserError
from core.evaluation.alignment import (
    ALIGNMENTS,
    AlignedPair,
    AlignmentScore,
    diagonal,
    read_aligned_pairs,
    score_alignments,
    strongest,
)
from core.pipelines.words import split_words

BLOCK = """de: Der Hund sah den Hund, oder?
en: The dog saw the dog, didn't he?
links: The=Der dog#1=Hund#1 saw=sah the=den dog#2=Hund#2 ,=, didn't=~oder,~sah ?=?
"""
# Two target words; the first has a sure link and a possible one, the second only a sure one.
TINY = AlignedPair("a b", "x y", frozenset({(0, 1), (1, 0)}), frozenset({(0, 1), (1, 0), (0, 0)}))


def reordered(pair: AlignedPair) -> bool:
    """Return whether sure links cross: what comes later in one comes earlier in the other."""
    return any(
        row < other_row and column > other_column
        for row, column in pair.sure
        for other_row, other_column in pair.sure
    )


def read(folder: Path, text: str) -> list[AlignedPair]:
    path = folder / "links.txt"
    path.write_text(text, encoding="utf-8")
    return read_aligned_pairs(path)


def pair_of(target_words: int, source_words: int, sure: set[tuple[int, int]]) -> AlignedPair:
    links = frozenset(sure)
    return AlignedPair(" ".join("a" * source_words), " ".join("x" * target_words), links, links)


def test_links_are_read_between_the_words_that_they_name(tmp_path: Path) -> None:
    (pair,) = read(tmp_path, BLOCK)
    assert (pair.source, pair.target) == tuple(line[4:] for line in BLOCK.splitlines()[:2])
    # Source words: Der Hund sah den Hund , oder ?   Target: The dog saw the dog , didn't he ?
    assert pair.sure == {(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (8, 7)}
    assert pair.possible == pair.sure | {(6, 6), (6, 2)}


def test_a_comma_is_a_word_at_either_end_of_a_list(tmp_path: Path) -> None:
    text = "de: Ja, ja.\nen: Yes, yes.\nlinks: Yes=Ja,, ,=,,~Ja yes=ja .=.\n"
    (pair,) = read(tmp_path, text)  # Ja , ja .
    assert pair.sure == {(0, 0), (0, 1), (1, 1), (2, 2), (3, 3)}
    assert pair.possible == pair.sure | {(1, 0)}


def test_blocks_follow_each_other_with_or_without_a_last_blank_line(tmp_path: Path) -> None:
    for end in ("", "\n", "\n\n"):
        assert len(read(tmp_path, BLOCK + "\n" + BLOCK.rstrip() + end)) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("saw=sah", "seen=sah", "line 3: there is no word 'seen' in \"The dog saw"),
        ("saw=sah", "saw=sieht", "line 3: there is no word 'sieht' in 'Der Hund sah"),
        ("the=den", "the=der", "line 3: there is no word 'der'"),
        ("dog#2", "dog#3", "line 3: there is no word 'dog#3'"),
        ("Hund#2", "Hund#0", "line 3: there is no word 'Hund#0'"),
        ("dog#2", "dog", "line 3: 'dog' is there 2 times; write dog#1"),
        ("Hund#2", "~Hund", "line 3: 'Hund' is there 2 times"),
        ("saw=sah", "saw", "line 3: 'saw' is not of the form"),
        ("saw=sah", "saw=", "line 3: 'saw=' is not of the form"),
        ("saw=sah", "=sah", "line 3: '=sah' is not of the form"),
        ("saw=sah", "saw=~", "line 3: there is no word ''"),
        ("saw=sah", "saw=sah,", "line 3: there is no word 'sah,'"),
        ("saw=sah", "saw=sah,~sah", "line 3 links 'saw' to the same word twice"),
        ("saw=sah", "saw=sah saw=sah", "line 3 links 'saw' to the same word twice"),
        ("en: ", "fr: ", "line 2 must begin with 'en: ', not \"fr: The"),
        ("de: ", "\nde: ", "line 1 must begin with 'de: ', not ''"),
        ("?=?\n", "?=?\nde: Ja.\n", "line 4 must be blank, not 'de: Ja.'"),
        ("?=?\n", "?=?\n\nde: Ja.\n", "ends inside of a block, after line 5"),
        ("?=?\n", "?=?\n\n\nde: Ja.\n", "line 5 must begin with 'de: ', not ''"),
        (BLOCK, "", "line 1 must begin with 'de: '"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_word(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, BLOCK.replace(old, new))
    assert message in str(caught.value)
    assert str(tmp_path / "links.txt") in str(caught.value)


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("de: Grüße".encode("latin-1"))
    for name in ("latin", "missing"):
        with pytest.raises(UserError, match=f"{name} can't be read"):
            read_aligned_pairs(tmp_path / name)


def test_links_that_cross_are_reordering() -> None:
    assert reordered(pair_of(2, 2, {(0, 1), (1, 0)}))
    assert reordered(pair_of(3, 3, {(0, 0), (0, 2), (1, 1)}))  # calls=ruft,an around its object
    assert not reordered(pair_of(3, 3, {(0, 0), (1, 0), (2, 2)}))
    assert not reordered(pair_of(2, 2, {(1, 0), (1, 1)}))
    unsure = AlignedPair("a b", "x y", frozenset({(1, 0)}), frozenset({(1, 0), (0, 1)}))
    assert not reordered(unsure)


def test_the_strongest_source_word_is_that_of_the_largest_weight() -> None:
    rows = ((0.1, 0.7, 0.2), (0.5, 0.5, 0.0), (0.0, 0.0, 0.1))
    assert strongest(rows) == strongest(torch.tensor(rows)) == (1, 0, 2)
    assert strongest(()) == ()


def test_the_diagonal_by_hand() -> None:
    assert diagonal(3, 3) == (0, 1, 2)
    assert diagonal(2, 4) == (1, 3)  # middles at 1/4 and 3/4 of four words: 1.0 and 3.0
    assert diagonal(4, 2) == (0, 0, 1, 1)
    assert diagonal(3, 5) == (0, 2, 4)  # 0.83, 2.5, 4.17
    assert diagonal(1, 3) == (1,)
    assert diagonal(0, 3) == ()


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_diagonal_never_goes_back_and_is_the_same_from_the_end(rows: int, columns: int) -> None:
    line = diagonal(rows, columns)
    assert len(line) == rows and 0 <= line[0] <= line[-1] < columns
    assert list(line) == sorted(line)
    for place, back in zip(line, reversed(line), strict=True):
        assert abs(place - (columns - 1 - back)) <= 1  # on a border between two words it takes one


def test_perfect_predictions_and_wrong_ones() -> None:
    pairs = [pair_of(2, 2, {(0, 1), (1, 0)}), pair_of(1, 2, {(0, 1)})]
    assert score_alignments(pairs, [(1, 0), (1,)]) == AlignmentScore(3, 3, 1.0, 0.0, 2)
    assert score_alignments(pairs, [(0, 1), (0,)]) == AlignmentScore(0, 3, 0.0, 1.0, 2)


def test_the_error_rate_by_hand() -> None:
    # A = {(0, 0), (1, 0)}, of which one is in S and both are in P: 1 − (1 + 2) / (2 + 2).
    assert score_alignments([TINY], [(0, 0)]) == AlignmentScore(2, 2, 1.0, 0.25, 1)
    # A = {(0, 0), (1, 1)}, of which none is in S and one is in P: 1 − (0 + 1) / (2 + 2).
    assert score_alignments([TINY], [(0, 1)]) == AlignmentScore(1, 2, 0.5, 0.75, 1)


def test_a_word_whose_links_are_all_possible_counts_as_one_that_has_links() -> None:
    pair = AlignedPair("a b", "x y", frozenset({(0, 0)}), frozenset({(0, 0), (1, 1)}))
    # A has two links, one of them in S and both in P: 1 − (1 + 2) / (2 + 1).
    assert score_alignments([pair], [(0, 1)]) == AlignmentScore(2, 2, 1.0, 0.0, 1)
    assert score_alignments([pair], [(0, 0)]).accuracy == 0.5


def test_a_word_without_links_counts_in_the_error_rate_alone() -> None:
    pair = pair_of(3, 3, {(0, 0), (1, 1)})
    # A has three links, two of them in S and in P: 1 − (2 + 2) / (3 + 2).
    score = score_alignments([pair], [(0, 1, 2)])
    assert (score.right, score.words, score.accuracy) == (2, 2, 1.0)
    assert score.error_rate == pytest.approx(0.2)


def test_a_word_with_two_sure_links_can_reach_one_of_them() -> None:
    # A has one link, S two: 1 − (1 + 1) / (1 + 2).
    score = score_alignments([pair_of(1, 2, {(0, 0), (0, 1)})], [(1,)])
    assert (score.accuracy, score.error_rate) == (1.0, pytest.approx(1 / 3))


def test_figures_are_pooled_over_pairs_not_averaged() -> None:
    pairs = [pair_of(1, 2, {(0, 0)}), pair_of(3, 3, {(0, 0), (1, 1), (2, 2)})]
    assert score_alignments(pairs, [(1,), (0, 1, 2)]) == AlignmentScore(3, 4, 0.75, 0.25, 2)


def test_predictions_must_fit_the_pairs() -> None:
    for predicted in ([], [(0, 1), (0, 1)], [(0,)], [(0, 1, 1)]):
        with pytest.raises(ValueError):
            score_alignments([TINY], predicted)
    for unlinked in ([], [pair_of(2, 2, set())]):
        with pytest.raises(ValueError):
            score_alignments(unlinked, [(0, 1)] * len(unlinked))


def test_there_are_sixty_different_pairs_at_least_half_of_them_reordered() -> None:
    pairs = read_aligned_pairs()
    assert len({pair.source for pair in pairs}) == len({pair.target for pair in pairs}) == 60
    assert len(pairs) == 60
    assert sum(map(reordered, pairs)) >= 36
    assert all(4 <= len(split_words(pair.target)) <= 15 for pair in pairs)


def test_the_links_of_the_shipped_pairs_name_words_and_leave_few_out() -> None:
    for pair in read_aligned_pairs():
        target, source = split_words(pair.target), split_words(pair.source)
        assert pair.sure and pair.sure <= pair.possible
        for row, column in pair.possible:
            assert 0 <= row < len(target) and 0 <= column < len(source)
        linked = {row for row, _ in pair.possible}
        assert {target[row] for row in range(len(target)) if row not in linked} <= {","}
        assert (len(target) - 1, len(source) - 1) in pair.sure, "the final stops"


def test_the_shipped_file_reads_as_it_looks() -> None:
    pair = read_aligned_pairs()[1]
    assert pair.source == "Meine Tante ruft jeden Sonntag ihre Schwester in Kanada an."
    assert {column for row, column in pair.sure if split_words(pair.target)[row] == "calls"} == {
        2,
        9,
    }


class Diagonal:
    """A translator whose attention in forced decoding lies on the diagonal."""

    def score(self, source: str, target: str) -> SimpleNamespace:
        columns = len(split_words(source))
        line = diagonal(len(split_words(target)), columns)
        rows = tuple(tuple(float(c == place) for c in range(columns)) for place in line)
        return SimpleNamespace(word_attention=rows)

    def translate_lines(self, lines: list[str], options: object) -> list[tuple[int, str]]:
        return list(enumerate(lines))


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a checkpoint that translates as a Diagonal does."""
    service = SimpleNamespace(
        root=tmp_path,
        device=torch.device("cpu"),
        pipeline=lambda name: Diagonal(),
        translator=lambda name: Diagonal(),
    )
    monkeypatch.setattr(command, "Service", lambda root, device: service)
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def evaluate(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run the command."""
    monkeypatch.setattr(sys, "argv", ["core", "evaluate", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code


def test_the_command_prints_and_stores_both_figures(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(monkeypatch, "mine", "--part", "alignments", "--store", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert printed["n"] == 60 and 0 < printed["accuracy"] == printed["diagonal_accuracy"] < 1
    assert 0 < printed["error_rate"] == printed["diagonal_error_rate"] < 1
    stored = {one["name"]: one for one in json.loads((folder / "metrics.json").read_text())}
    assert {name: one["value"] for name, one in stored.items()} == {
        "alignments accuracy": round(printed["accuracy"], 4),
        "alignments error rate": round(printed["error_rate"], 4),
        "alignments diagonal accuracy": round(printed["accuracy"], 4),
        "alignments diagonal error rate": round(printed["error_rate"], 4),
    }
    for one in stored.values():
        assert one["command"] == "python -m core evaluate mine --part alignments --store"
        assert (one["file"], one["n"], one["device"]) == (ALIGNMENTS.stem, 60, "cpu")

    evaluate(monkeypatch, "mine", "--part", "alignments")
    lines = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert float(lines["diagonal_accuracy"]) == printed["diagonal_accuracy"]


def test_other_parts_are_stored_with_how_they_were_decoded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.de").write_text("Ein Hund rennt hier.\n", encoding="utf-8")
    source = folder / "a.de"
    evaluate(monkeypatch, "mine", "--part", "numerals", "--method", "greedy", "--store")
    evaluate(monkeypatch, "mine", "--source", str(source), "--reference", str(source), "--store")
    stored = {one["name"]: one for one in json.loads((folder / "metrics.json").read_text())}
    assert {name: one["value"] for name, one in stored.items()} == {
        "numerals greedy kept": 1.0,
        "a.de beam bleu": 100.0,
        "a.de beam chrf": 100.0,
        "a.de beam ter": 0.0,
    }
    assert stored["numerals greedy kept"]["command"] == (
        "python -m core evaluate mine --part numerals"
        " --method greedy --beam 5 --length-penalty 1.0 --store"
    )
    assert stored["a.de beam bleu"]["command"] == (
        f"python -m core evaluate mine --source {source} --reference {source}"
        " --method beam --beam 5 --length-penalty 1.0 --store"
    )
