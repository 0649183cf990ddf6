"""Spelling what is unknown costs what a unigram model of characters gives, by hand."""

import math
import sys

import pytest

from core.tokenizers.unigram import CharacterUnigram

N = sys.maxunicode + 1  # characters of Unicode: 1,114,112


def test_probabilities_of_all_characters_add_to_one() -> None:
    for counts in ({"a": 3, "b": 1}, {}, {"e": 1_000_000, "\U0001f600": 2, " ": 300_000}):
        model = CharacterUnigram(counts)
        seen = sum(math.exp(-model.nats(sign)) for sign in counts)
        # All others are alike.
        assert model.nats("\u4e00") == model.nats("\ufffd")
        others = (N - len(counts)) * math.exp(-model.nats("\u4e00"))
        assert seen + others == pytest.approx(1, abs=1e-9)


def test_all_of_unicode_adds_to_one_when_it_is_summed() -> None:
    model = CharacterUnigram({"a": 3, "é": 1})
    total = math.fsum(math.exp(-model.nats(chr(code))) for code in range(N))
    assert total == pytest.approx(1, abs=1e-9)


def test_a_character_costs_its_share_with_one_count_for_all_of_unicode() -> None:
    model = CharacterUnigram({"a": 3, "b": 1})
    assert model.nats("a") == pytest.approx(-math.log((3 + 1 / N) / 5))
    assert model.nats("b") == pytest.approx(-math.log((1 + 1 / N) / 5))
    assert model.nats("z") == pytest.approx(math.log(5 * N))
    assert model.nats("") == 0


def test_characters_add_up() -> None:
    model = CharacterUnigram({"a": 3, "b": 1})
    assert model.nats("abba") == pytest.approx(2 * model.nats("a") + 2 * model.nats("b"))


def test_words_are_counted_by_how_often_they_occur_each_with_its_end() -> None:
    model = CharacterUnigram.of({"aa": 2, "b": 3}, end=" ")
    assert model.counts == {"a": 4, " ": 5, "b": 3}
    assert model.nats(" ") == pytest.approx(-math.log((5 + 1 / N) / 13))
    assert CharacterUnigram.of({"a": 4, "b": 1}, end="").counts == {"a": 4, "b": 1}
