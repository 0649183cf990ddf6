"""Figures of spelling, against values that were worked out by hand."""

import math

import pytest

from core.data.corpora import Pair
from core.data.spelling_corpora import CountedWord
from core.errors import UserError
from core.evaluation.spelling import (
    character_bleu4,
    edit_distance_2,
    score_spelling,
    threshold_report,
    thresholds,
)
from core.pipelines.spelling_results import CheckedWord, Spelling


def test_the_right_word_has_a_bleu_of_one() -> None:
    assert character_bleu4("receive", "receive") == pytest.approx(1)
    assert character_bleu4("dog", "dog") == pytest.approx(1)


def test_bleu_counts_n_grams_of_characters() -> None:
    # "abcd" and "abce": 3 of 4 letters, 2 of 3 pairs, 1 of 2 triples, no quadruple, which
    # smoothing counts as a tenth.
    expected = (3 / 4 * 2 / 3 * 1 / 2 * 0.1) ** 0.25
    assert character_bleu4("abcd", "abce") == pytest.approx(expected)
    # A word of three letters is measured by n-grams up to 3.
    assert character_bleu4("dog", "dag") == pytest.approx((2 / 3 * 0.1 / 2 * 0.1) ** 0.33)
    # Shorter than the word: the brevity penalty.
    assert character_bleu4("abcde", "abcd") == pytest.approx(math.exp(1 - 5 / 4))


def test_scores_of_a_file() -> None:
    pairs = [Pair("teh", "the"), Pair("recieve", "receive")]
    found = score_spelling(pairs, ["the", "recieve"], [["the"], ["recieve", "receive"]])
    assert (found.exact, found.first_5, found.n) == (1, 2, 2)
    assert found.cer == pytest.approx(2 / 10)
    assert found.bleu4 == pytest.approx((1 + character_bleu4("receive", "recieve")) / 2)


def checked(text: str, other: str, surer: float) -> CheckedWord:
    """A word of which the model is surer by so many nats, where its doubt of 3 counts half."""
    return CheckedWord(text, 0, len(text), -3.0, (Spelling(other, surer - 1.5, ()),))


def test_a_threshold_trades_recall_for_precision() -> None:
    misspelt = [
        (checked("teh", "the", 4.0), "the"),
        (checked("hte", "the", 0.5), "the"),
        (checked("wrod", "rod", 1.0), "word"),
    ]
    right = [checked("word", "ward", 2.0), checked("cat", "car", -1.0)]
    low, middle, high = thresholds(misspelt, right, [0.0, 1.5, 5.0])
    assert low == {
        "threshold": 0.0,
        "precision": 2 / 4,
        "recall": 2 / 3,
        "right_words_kept": 1 / 2,
    }
    assert (middle["precision"], middle["recall"]) == (1 / 2, 1 / 3)
    assert math.isnan(high["precision"])
    assert (high["recall"], high["right_words_kept"]) == (0, 1)


def test_the_chosen_threshold_is_the_lowest_that_keeps_enough_right_words() -> None:
    misspelt = [(checked("teh", "the", 4.0), "the"), (checked("hte", "the", 0.5), "the")]
    right = [checked("word", "ward", 2.0), checked("cat", "car", -1.0)]
    rows = thresholds(misspelt, right, [0.0, 1.0, 2.0, 3.0])
    made = threshold_report(rows, 0.9, "command")
    assert made["rows"] == rows
    assert made["finding"].startswith("At 2 nats 100.0% of the right words stay")
    assert "50.0% of the misspellings become" in made["finding"]
    by_name = {line["name"]: line["y"] for line in made["series"]}
    assert by_name["right words kept"] == [0.5, 0.5, 1.0, 1.0]


def test_where_no_threshold_keeps_enough_right_words_that_is_told() -> None:
    rows = thresholds([(checked("teh", "the", 4.0), "the")], [checked("a", "b", 9.0)], [0.0, 1.0])
    with pytest.raises(UserError, match=r"No threshold up to 1 keeps 90\.0% of the right words"):
        threshold_report(rows, 0.9, "command")


def test_the_yardstick_takes_the_commonest_of_the_nearest_words() -> None:
    words = [CountedWord("the", 100), CountedWord("them", 10), CountedWord("he", 1_000)]
    correct = edit_distance_2([*words, CountedWord("receive", 5)])
    assert correct("them") == "them"  # a word stays
    assert correct("teh") == "the"  # one swap; "he" is commoner, and two edits away
    assert correct("recieve") == "receive"
    assert correct("xyzzy") == "xyzzy"


def test_of_equally_common_words_the_yardstick_takes_the_first_of_the_alphabet() -> None:
    correct = edit_distance_2(CountedWord(word, 7) for word in ("rat", "mat", "hat", "bat"))
    assert correct("zat") == "bat"
