"""Copies as people type: share 0 changes nothing, share 1 all; numbers change on both sides."""

import random
import re

import pytest

from core.data.augmentation import as_typed, with_digits, with_german_clock, with_other_numbers
from core.data.corpora import Pair
from core.evaluation.numerals import kept_share


def copies(text: str, share: float) -> list[str]:
    return [as_typed(text, random.Random(seed), share) for seed in range(200)]


def test_without_a_share_the_text_stays() -> None:
    assert set(copies("Über Fußball!", 0.0)) == {"Über Fußball!"}


def test_a_copy_is_in_lower_case_or_without_stop_or_without_umlauts() -> None:
    found = set(copies("Über Fußball!", 1.0))
    assert {"über fußball", "über fußball!", "Über Fußball", "ueber fussball"} <= found
    assert {text.lower().rstrip("!") for text in found} == {"über fußball", "ueber fussball"}


def test_most_copies_differ_and_about_the_asked_share_of_texts_is_copied() -> None:
    assert sum(text != "Ja, gut." for text in copies("Ja, gut.", 1.0)) > 180
    assert 60 < sum(text != "Ja, gut." for text in copies("Ja, gut.", 0.5)) < 130


@pytest.mark.parametrize("text", ["...", "?", "!. "])
def test_text_of_stops_alone_is_not_lost(text: str) -> None:
    assert set(copies(text, 1.0)) == {text}


def test_without_a_share_numbers_stay() -> None:
    pair = Pair("Um 14:35", "At 14:35")
    chance = random.Random(0)
    assert all(with_other_numbers(pair, chance, 0.0) == pair for _ in range(100))


def test_a_number_of_both_sides_is_replaced_in_both_by_one_as_long() -> None:
    pair = Pair("Um 14:35 mit 1984 Leuten, 14 Tage", "At 14:35 with 1984 people, 14 days")
    chance = random.Random(0)
    results = [with_other_numbers(pair, chance, 1.0) for _ in range(50)]
    assert len(set(results)) > 40
    for result in results:
        numbers = re.findall(r"\d+", result.source)
        assert numbers == re.findall(r"\d+", result.target)
        assert [len(number) for number in numbers] == [2, 2, 4, 2]
        assert numbers[0] == numbers[3]
        assert re.sub(r"\d", "", result.source) == re.sub(r"\d", "", pair.source)
        assert re.sub(r"\d", "", result.target) == re.sub(r"\d", "", pair.target)


def test_numbers_of_one_side_stay() -> None:
    pair = Pair("Um halb 4 am 15. Mai, 20 Uhr", "At 3:30, May 15th, 8 p.m.")
    days = set()
    for seed in range(20):
        result = with_other_numbers(pair, random.Random(seed), 1.0)
        before, day, hour = re.findall(r"\d+", result.source)
        assert (before, hour) == ("4", "20")
        assert re.findall(r"\d+", result.target) == ["3", "30", day, "8"]
        days.add(day)
    assert len(days) > 10


def test_a_single_digit_stays_a_plural() -> None:
    results = {with_other_numbers(Pair("7", "7"), random.Random(n), 1.0) for n in range(200)}
    assert {pair.source for pair in results} == set("23456789")


def test_without_a_share_number_words_stay() -> None:
    pair = Pair("Zwei Hunde", "Two dogs")
    chance = random.Random(0)
    assert all(with_digits(pair, chance, 0.0) == pair for _ in range(100))


def test_a_number_word_becomes_digits_on_both_sides_in_the_notation_of_each() -> None:
    chance = random.Random(0)
    results = [
        with_digits(Pair("Zwei Hunde, zweimal", "The two dogs, twice"), chance, 1.0)
        for _ in range(200)
    ]
    kinds = set()
    for result in results:
        german = re.fullmatch(r"([\d.,:]+) Hunde, zweimal", result.source)[1]
        english = re.fullmatch(r"The ([\d.,:]+) dogs, twice", result.target)[1]
        assert kept_share([german], [english]).share == 1.0
        assert german.translate(str.maketrans(".,", ",.")) == english
        kinds.add(re.sub(r"\d+", "9", german))
    assert kinds == {"9", "9,9", "9.9", "9.9.9", "9:9"}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Zwei Hunde und drei Katzen", "Two dogs and three cats"),
        ("Zwei Hunde", "A couple of dogs"),
        ("Zwei Hunde", "Two by two dogs"),
        ("Zweimal", "Twice two"),
        ("Ein Hund", "One dog"),
    ],
)
def test_a_number_word_that_is_not_the_one_of_both_sides_stays(source: str, target: str) -> None:
    chance = random.Random(0)
    pair = Pair(source, target)
    assert all(with_digits(pair, chance, 1.0) == pair for _ in range(20))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Um 14:35 Uhr.", "At 2:35 p.m.", "At 14:35."),
        ("Um 14.35 Uhr ab.", "Leaves at 2:35 p.m. today.", "Leaves at 14:35 today."),
        ("Ab 22:10 Uhr", "From 10:10pm", "From 22:10"),
        ("Um 14:35 Uhr.", "At 2:35.", "At 14:35."),
        ("Um 16:10 Uhr.", "The 4:10 train.", "The 16:10 train."),
        ("Um 14:35 Uhr.", "At 12:35 p.m.", "At 12:35 p.m."),
        ("Um 14:35 Uhr.", "At 2:350.", "At 2:350."),
        ("Um 8:30 Uhr.", "At 8:30 a.m.", "At 8:30 a.m."),
        ("Um 18 Uhr.", "At 6 p.m.", "At 6 p.m."),
        ("Von 13:00 bis 14:30 Uhr", "1:00 to 2:30 p.m.", "1:00 to 14:30."),
    ],
)
def test_a_german_afternoon_keeps_its_hours(source: str, target: str, expected: str) -> None:
    assert with_german_clock(Pair(source, target)) == Pair(source, expected)


def test_equal_seeds_give_equal_copies() -> None:
    assert copies("Über Fußball!", 0.5) == copies("Über Fußball!", 0.5)
