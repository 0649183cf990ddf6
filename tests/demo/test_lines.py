"""What the page says of a translation in a line, figure by figure."""

from dataclasses import replace

from core.pipelines.joined import replace_sentence
from core.pipelines.results import ForcedAttention, Translation
from demo import lines
from tests.demo.made import THANKS


def test_numbers_have_a_minus_of_their_own() -> None:
    assert [lines.signed(value) for value in (-0.25, 1.005, 0)] == ["−0.25", "1.00", "0.00"]


def test_the_summary_names_what_the_method_used(translation: Translation) -> None:
    assert lines.summary_line(translation) == (
        "tiny · beam 2 · length penalty 1 · seed – · 3 tokens · 500 ms · 6 tokens/s · "
        "log-probability −1.00"
    )
    assert "greedy · seed –" in lines.summary_line(replace(translation, method="greedy"))
    sampled = replace(translation, method="sample", temperature=0.8, seed=42)
    assert "sample · temperature 0.8 · seed 42 · 3 tokens" in lines.summary_line(sampled)
    drawn = lines.summary_line(replace(sampled, method="beam-sample"))
    assert "beam-sample · beam 2 · length penalty 1 · temperature 0.8 · seed 42 · 3" in drawn
    drawn = lines.summary_line(replace(sampled, method="stochastic-beam"))
    assert "stochastic-beam · beam 2 · temperature 0.8 · seed 42 · 3" in drawn


def test_the_summary_says_what_the_visitor_fixed(translation: Translation) -> None:
    forced = (ForcedAttention(0, (0,)),)
    line = lines.summary_line(replace(translation, prefix="Good", forced=forced))
    assert " · begins with “Good” · attention forced · 3 tokens" in line


def test_the_summary_counts_all_sentences(two_sentences: Translation) -> None:
    assert lines.summary_line(two_sentences).endswith(
        " · 6 tokens · 500 ms · 12 tokens/s · log-probability −2.00"
    )


def test_the_speed_of_a_text_stays_that_of_its_run_when_a_sentence_is_changed(
    two_sentences: Translation,
) -> None:
    changed = replace_sentence(two_sentences, 1, replace(THANKS, seconds=0.1))
    assert " · 500 ms · 12 tokens/s" in lines.summary_line(changed)


def test_a_forced_sentence_is_told_after_another_one_was_changed(two_sentences) -> None:
    first = replace(two_sentences.sentences[0], forced=(ForcedAttention(0, (0,)),))
    changed = replace_sentence(replace_sentence(two_sentences, 0, first), 1, THANKS)
    assert "attention forced" in lines.summary_line(changed)


def test_sentences_are_numbered_and_shortened(two_sentences: Translation) -> None:
    long = replace(two_sentences.sentences[1], source="Danke " * 20)
    first, second = lines.sentence_choices((two_sentences.sentences[0], long))
    assert first == ("1. Guten Morgen", 0)
    assert second[0].startswith("2. Danke Danke")
    assert second[0].endswith("…")
    assert len(second[0]) == len("2. ") + lines.SHORT
    assert second[1] == 1


def test_weights_are_counted(translation: Translation, two_sentences: Translation) -> None:
    one = 3 * 4 + 2 * 2  # tokens and words of a hypothesis
    assert lines.count_weights(translation) == 2 * one
    joined = 6 * 8 + 4 * 4
    assert lines.count_weights(two_sentences) == joined + 3 * one
    nothing = replace(translation.hypotheses[0], attention=(), word_attention=())
    assert lines.count_weights(replace(translation, hypotheses=(nothing,))) == 0
