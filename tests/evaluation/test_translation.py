"""Figures of translations, in cases where one knows them without counting."""

from contextvars import copy_context

import pytest
from sacrebleu.metrics.ter import TER

from core.decoding.stopping import Stopped, stop_when
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


def test_ter_is_that_of_sacrebleu() -> None:
    translations = [LONG, "the snow runs", "", "too much", ""]
    references = ["Through the snow a dog runs.", "the dog runs far", "a dog", "", ""]
    ter = TER()
    expected = ter.corpus_score(translations, [references]).score
    scores = score_texts(translations, references, 0.0)
    assert (scores.ter, scores.ter_signature) == (expected, str(ter.get_signature()))


def test_figures_are_given_up_at_the_next_line_when_nobody_waits() -> None:
    asked = []

    def has_left() -> bool:
        asked.append(len(asked))
        return len(asked) == 2

    def score_for_one_who_leaves() -> None:
        stop_when(has_left)
        score_texts([LONG] * 3, [LONG] * 3, 0.0)

    with pytest.raises(Stopped):
        copy_context().run(score_for_one_who_leaves)
    assert asked == [0, 1]
