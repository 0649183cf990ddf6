"""Figures of translations, in cases where one knows them without counting."""

import pytest

from core.errors import UserError
from core.evaluation.translation import score_sentence, score_texts

LONG = "A dog runs through the deep snow."


@pytest.mark.parametrize("text", [LONG, "Good morning", "Yes"])
def test_a_perfect_sentence_has_perfect_figures_however_short(text: str) -> None:
    scores = score_sentence(text, text)
    assert (scores.bleu, scores.chrf, scores.ter) == pytest.approx((100, 100, 0))
    assert (scores.n, scores.seconds) == (1, 0)


def test_the_signature_says_that_a_sentence_was_scored() -> None:
    assert "eff:yes" in score_sentence(LONG, LONG).signature
    assert "eff:no" in score_texts([LONG], [LONG], 0.0).signature


def test_one_word_of_two_by_hand() -> None:
    """BLEU: 1 of 2 words; the pair is not found, so it counts as 1/2 of 1: sqrt(1/2 · 1/2)."""
    scores = score_sentence("good night", "good morning")
    assert scores.bleu == pytest.approx(50)
    assert scores.ter == pytest.approx(50)  # one edit of two words


def test_nothing_in_common_is_zero() -> None:
    scores = score_sentence("xxx", "good morning")
    assert (scores.bleu, scores.chrf, scores.ter) == pytest.approx((0, 0, 100))


@pytest.mark.parametrize(
    ("translations", "references"), [([], []), (["a"], []), (["a"], ["a"] * 2)]
)
def test_a_corpus_needs_a_reference_for_each_sentence(translations, references) -> None:
    with pytest.raises(UserError, match="each sentence needs one reference"):
        score_texts(translations, references, 0.0)
