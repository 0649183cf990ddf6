"""Made-up misspellings look like those of people."""

import random
from collections import Counter

import pytest
from nltk import edit_distance

from core.data.misspell import _NEAR, misspell

WORDS = ["necessary", "receive", "photograph", "attention", "beautiful", "knight", "the", "a", "of"]


def many(word: str, count: int = 2_000) -> list[str]:
    chance = random.Random(1)
    return [misspell(word, chance) for _ in range(count)]


@pytest.mark.parametrize("word", WORDS)
def test_a_misspelling_is_another_string_of_letters(word: str) -> None:
    found = many(word, 300)
    assert word not in found
    assert all(one.isalpha() and one.islower() for one in found)
    assert all(abs(len(one) - len(word)) <= 9 for one in found)


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("receive", "recieve"),  # two letters swapped, or ei for ie
        ("necessary", "necesary"),  # a double letter written once
        ("photograph", "fotograph"),
        ("attention", "attension"),
        ("beautiful", "beautifull"),
        ("knight", "night"),  # a letter that is not heard
        ("the", "teh"),
        ("responsible", "responsable"),
        ("different", "diffrent"),
        ("word", "wprd"),  # the key beside it
    ],
)
def test_what_people_write_is_made(word: str, wrong: str) -> None:
    assert wrong in many(word, 6_000)


@pytest.mark.parametrize(("word", "wrong"), [("don't", "dont"), ("you're", "youre")])
def test_a_contraction_most_often_loses_its_apostrophe(word: str, wrong: str) -> None:
    found = Counter(many(word))
    assert found[wrong] > 1_000
    assert len(found) > 20  # and has other slips


def test_a_seed_repeats_and_another_call_gives_another_one() -> None:
    assert many("necessary") == many("necessary")
    assert len(set(many("necessary"))) > 300


def test_most_have_one_edit_and_a_short_word_never_more() -> None:
    swaps = Counter(len(one) for one in many("cat"))
    assert set(swaps) <= {2, 3, 4, 5}
    edits = Counter(edit_distance("keyboard", one, transpositions=True) for one in many("keyboard"))
    assert edits[1] > 1_200 > edits[2] > 100


def test_a_key_beside_another_has_it_beside_itself() -> None:
    assert {letter: "".join(sorted(_NEAR[letter])) for letter in "asgm"} == {
        "a": "qswz",
        "s": "adewxz",
        "g": "bfhtvy",
        "m": "jkn",
    }
    assert all(letter in _NEAR[other] for letter, near in _NEAR.items() for other in near)
