"""What a vocabulary covers and a limit cuts off, on texts that can be counted by hand."""

from collections import Counter

import pytest

from core.data import coverage
from core.data.coverage import Text, coverage_report, cut_off
from core.errors import UserError


def test_coverage_and_cuts_are_shares_of_the_tokens() -> None:
    counts = Counter("aaab")
    assert [coverage.coverage(counts, least) for least in (1, 2, 3, 4)] == [1, 0.75, 0.75, 0]
    assert [cut_off([4, 1, 3], limit) for limit in (1, 3, 4)] == [5 / 8, 1 / 8, 0]


def test_a_corpus_that_is_missing_is_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> dict[str, Text]:
        raise UserError("It is not there.")

    rows = [["a"] * 6 + ["b"] * count for count in (1, 1, 9)]
    corpora = {"made": lambda: {"made": Text("words of a line", rows)}, "lost": missing}
    monkeypatch.setattr(coverage, "CORPORA", corpora)
    report = coverage_report("a command", most=2)
    (row,) = report["rows"]
    assert (row["texts"], row["tokens"], row["types"]) == (2, 14, 2)
    assert (row["types_from_3"], row["covered_from_3"]) == (1, round(12 / 14, 4))
    assert (row["length_95%"], row["longest"]) == (7, 7)
    covered, cut = report["series"]
    assert covered["y"][:3] == [1, 1, round(12 / 14, 5)]
    assert cut["x"] == [1, 2, 3, 4, 5, 6, 7] and cut["y"][-1] == 0
    assert report["finding"].endswith("Not there: lost.")
