"""What is chosen of a translation, and which tokens its rows and columns stand for."""

from dataclasses import replace

import pytest

from core.pipelines.results import ForcedAttention, Translation
from demo.views import Pin, View
from tests.demo.made import IN_PIECES


@pytest.fixture
def pieces(translation: Translation) -> View:
    """„Guten Mor|gen“ and "Good morn|ing"."""
    return View(replace(translation, hypotheses=(IN_PIECES,)))


def test_a_word_has_all_its_tokens_and_the_end_none(pieces: View) -> None:
    assert pieces.target_tokens == [[0], [1, 2]]
    assert pieces.source_tokens == [[0], [1, 2]]


def test_a_subword_is_one_token_and_so_is_the_end(pieces: View) -> None:
    view = pieces.choose_units("subwords")
    assert view.target_tokens == [[0], [1], [2], [3]]
    assert view.source_tokens == [[0], [1], [2], [3]]


def test_nothing_written_has_no_rows(translation: Translation) -> None:
    end = IN_PIECES.tokens[-1:]
    nothing = replace(IN_PIECES, text="", tokens=end, words=())
    view = View(replace(translation, hypotheses=(nothing,)))
    assert view.target_tokens == []
    assert view.choose_units("subwords").target_tokens == [[0]]


@pytest.mark.parametrize("to_end", [False, True])
def test_a_pinned_word_is_forced_from_its_first_token(pieces: View, to_end: bool) -> None:
    assert pieces.forced_at(Pin(1, 1), to_end) == ForcedAttention(1, (1, 2), to_end)


def test_a_pinned_subword_is_forced_alone(pieces: View) -> None:
    view = pieces.choose_units("subwords")
    assert view.forced_at(Pin(2, 1), False) == ForcedAttention(2, (1,), False)
    assert view.forced_at(Pin(3, 3), False) == ForcedAttention(3, (3,), False)


def test_a_text_of_one_sentence_is_its_sentence(translation, two_sentences) -> None:
    assert View(translation).sentences == (translation,)
    assert [one.source for one in View(two_sentences).sentences] == ["Guten Morgen", "Danke sehr"]


def test_another_sentence_begins_with_its_best_and_is_drawn_alike(two_sentences) -> None:
    view = View(two_sentences, hypothesis=1, units="subwords", scale="row", palette="viridis")
    second = view.drawn(pin=Pin(0, 0)).choose_sentence(1)
    assert second == View(two_sentences, 1, 0, "subwords", "row", "viridis")
    assert second.chosen.text == "Thank you"


def test_a_node_stands_in_for_a_hypothesis_until_one_is_chosen(pieces: View) -> None:
    other = replace(IN_PIECES, text="Fine")
    view = pieces.drawn(pin=Pin(1, 1)).choose_node(2, other)
    assert (view.chosen, view.node, view.pin) == (other, 2, Pin())
    back = view.choose_hypothesis(0)
    assert (back.chosen, back.node) == (IN_PIECES, None)


def test_a_pin_does_not_outlive_its_units(pieces: View) -> None:
    assert pieces.drawn(pin=Pin(1, 1)).choose_units("subwords").pin == Pin()


def test_the_free_translation_is_known_after_a_look_at_another_sentence(two_sentences) -> None:
    free, other = two_sentences.sentences
    changed = View(two_sentences).with_sentence(two_sentences, other)
    assert changed.free == free
    assert changed.choose_sentence(1).free is None
    again = changed.choose_sentence(1).choose_sentence(0)
    assert again.free == free
    assert again.with_sentence(two_sentences, other).free == free  # the first, and not the last
    assert again.with_free_sentence(two_sentences).free is None


def test_the_last_run_is_told_where_it_was_of_one_sentence_of_several(two_sentences) -> None:
    one, other = two_sentences.sentences
    assert View(two_sentences).with_sentence(two_sentences, other).run == other
    assert View(one).with_sentence(other, other).run is None
