"""Numerals are found as written, and kept by value in the other language's notation."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.held_out import NUMERALS, numeral_sentences
from core.evaluation.numerals import NumeralScore, kept_share, numerals


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der Zug fährt um 14:35 Uhr von Gleis 7 ab.", ["14:35", "7"]),
        ("Das Brot kostet 3,20, die Butter 2,10.", ["3,20", "2,10"]),
        ("Am 24.12.2020 kamen 1.000 Leute, also 50 %.", ["24.12.2020", "1.000", "50"]),
        ("Seite 7, 7 und 8.", ["7", "7", "8"]),
        ("It costs $1,234.50 on the 1st.", ["1,234.50", "1"]),
        ("Sieben Zwerge.", []),
    ],
)
def test_numerals_are_found_as_written(text: str, expected: list[str]) -> None:
    assert numerals(text) == Counter(expected)


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Ich bin 42.", "I'm 42."),
        ("Es kostet 3,20 Euro.", "It costs 3.20 euros."),
        ("Es kostet 3,20 Euro.", "It costs 3,20 euros."),
        ("Es sind 1.000.", "There are 1,000."),
        ("Es sind 1.000.", "There are 1000."),
        ("Es sind 1.000.000.", "There are 1,000,000."),
        ("Es kostet 1.234,50 Euro.", "It costs 1,234.50 euros."),
        ("Um 14.35 Uhr.", "At 14:35."),
        ("Um 14:35 Uhr.", "At 14:35."),
        ("Am 1. Mai.", "On May 1st."),
        ("50 % von 7.", "50% of 7."),
    ],
)
def test_the_same_value_is_kept(source: str, translation: str) -> None:
    score = kept_share([source], [translation])
    assert score.kept == score.total > 0


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Ich bin 42.", "I'm 24."),
        ("Ich bin 7.", "I'm seven."),
        ("Ich bin 7.", "I'm 77."),
        ("Um 14:35 Uhr.", "At 2:35 p.m."),
        ("Es kostet 3,20 Euro.", "It costs 3.2 euros."),
        ("Es kostet 3,20 Euro.", "It costs 320 euros."),
        ("Es sind 14.35 Grad.", "It is 14:35 degrees."),
        ("Es sind 1.000.", "There are 1 or 0."),
    ],
)
def test_any_other_change_is_lost(source: str, translation: str) -> None:
    assert kept_share([source], [translation]).kept == 0


def test_each_numeral_of_the_translation_counts_once() -> None:
    assert kept_share(["7 und 7 und 8"], ["7 and 8"]) == NumeralScore(2, 3, 2 / 3)
    assert kept_share(["7 und 8"], ["7, 7 and 8"]) == NumeralScore(2, 2, 1.0)
    assert kept_share(["14.35 Uhr"], ["14.35, 14:35"]) == NumeralScore(1, 1, 1.0)
    assert kept_share(["1.000 und 1000"], ["1,000 and 1000"]).kept == 2


def test_a_numeral_counts_in_its_own_line_alone() -> None:
    assert kept_share(["7", "8"], ["8", "7"]) == NumeralScore(0, 2, 0.0)


def test_without_numerals_nothing_is_lost() -> None:
    assert kept_share(["Ja."], ["Yes."]).to_dict() == {"kept": 0, "total": 0, "share": 1.0}


def test_lists_of_unequal_length_are_an_error() -> None:
    with pytest.raises(ValueError):
        kept_share(["1", "2"], ["1"])


@given(st.lists(st.text(alphabet="0123456789.,: aU€%")))
def test_a_copy_keeps_everything(lines: list[str]) -> None:
    assert kept_share(lines, lines).share == 1.0


@given(st.text(alphabet="019.,: "), st.text(alphabet="019.,: "))
def test_no_more_is_kept_than_there_is(source: str, translation: str) -> None:
    score = kept_share([source], [translation])
    assert 0 <= score.kept <= score.total == numerals(source).total()


@pytest.mark.parametrize("part", NUMERALS)
def test_there_are_fifty_sentences_each_with_a_numeral_and_of_every_form(part: str) -> None:
    sentences = numeral_sentences(part)
    assert len(set(sentences)) == len(sentences) == 50
    assert all(numerals(sentence) for sentence in sentences)
    text = " ".join(sentences)
    for form in (
        r"\d\d:\d\d Uhr",
        r"\d,\d\d Euro",
        r"\d\.000",
        r"\d\d Jahre",
        "19[0-9]{2}",
        r"\d %",
        "Stock",
    ):
        assert re.search(form, text)


def test_the_parts_share_no_sentence() -> None:
    assert not set(numeral_sentences("numerals")) & set(numeral_sentences("numerals-valid"))
