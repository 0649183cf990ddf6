"""Misspellings after those of people: what they wrote for which letters, and beside which."""

import random
from collections import Counter

from core.data.corpora import Pair
from core.data.error_model import ErrorModel


def made(model: ErrorModel, word: str, count: int = 400) -> Counter[str]:
    chance = random.Random(1)
    return Counter(model.misspell(word, chance) for _ in range(count))


def test_what_people_wrote_is_written_in_other_words_beside_the_same_letters() -> None:
    model = ErrorModel([Pair("beleive", "believe"), Pair("definately", "definitely")])
    assert set(made(model, "finite")) == {"finate"}


def test_a_word_without_such_letters_stays_as_it_is() -> None:
    model = ErrorModel([Pair("definately", "definitely")])
    assert set(made(model, "moon")) == {"moon"}


def test_beginning_and_end_are_places_too() -> None:
    model = ErrorModel([Pair("nife", "knife")])
    assert set(made(model, "knight")) == {"night"}
    assert set(made(model, "unknit")) == {"unknit"}, "there it does not begin a word"
    model = ErrorModel([Pair("hous", "house")])
    assert set(made(model, "mouse")) == {"mous"}
    assert set(made(model, "mouses")) == {"mouses"}


def test_an_error_is_as_common_as_its_share_of_the_places_where_it_can_be() -> None:
    # "ded" is "dad" each of 30 times, "nce" is "nse" 10 of 35 times; 5 more stand for doubt.
    pairs = [Pair("bandad", "banded")] * 30 + [Pair("sinse", "since")] * 10
    pairs += [Pair("xsince", "since")] * 25
    found = made(ErrorModel(pairs), "pencended", 4_000)
    first, second = found["pencendad"], found["pensended"]
    assert first + second == 4_000
    right, other = 30 / (30 + 5), 10 / (35 + 5)
    assert abs(first / 4_000 - right / (right + other)) < 0.03


def test_long_words_have_as_many_errors_as_people_make_and_short_ones_one() -> None:
    twice = ErrorModel([Pair("abkdefkh", "abcdefgh")] * 3 + [Pair("abkdefgh", "abcdefgh")])
    found = made(twice, "abcdefgh", 2_000)
    assert 0.65 < found["abkdefkh"] / 2_000 < 0.85
    assert set(made(twice, "bcd")) == {"bkd"}


def test_what_is_hardly_the_same_word_teaches_nothing() -> None:
    model = ErrorModel([Pair("zzzzzzzz", "abcdefgh"), Pair("recieve", "receive")])
    assert set(made(model, "abcdefgh")) == {"abcdefgh"}


def test_the_same_chance_makes_the_same_misspelling() -> None:
    model = ErrorModel([Pair("bandad", "banded"), Pair("bended", "banded")])
    assert made(model, "banded") == made(model, "banded")
