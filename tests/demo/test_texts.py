"""What the components of the Generate tab draw, value by value."""

import math
from dataclasses import replace

import pytest

from core.pipelines.generation import DecodingOptions
from demo import lines, texts
from tests.demo.made_text import BEGUN, WHOLE, WORDS, WRITTEN

IN_CHARACTERS = replace(WRITTEN, units="character")


def test_a_text_is_its_beginning_and_the_tokens_raw_or_pretty() -> None:
    prompt, pieces = texts.pieces(WRITTEN, pretty=True)
    assert (prompt, pieces) == ("We propose", [" a", " novel", " net", ".", ""])
    prompt, pieces = texts.pieces(WRITTEN, pretty=False)
    assert (prompt, pieces) == ("We propose", [" a", " novel", " net", " .", ""])
    assert texts.text_of(WRITTEN, pretty=True) == WRITTEN.pretty
    assert texts.text_of(WRITTEN, pretty=False) == WRITTEN.text


def test_a_text_in_characters_is_as_it_is() -> None:
    assert texts.pieces(IN_CHARACTERS, pretty=True) == texts.pieces(WRITTEN, pretty=False)


def test_without_a_beginning_the_first_word_has_the_capital() -> None:
    alone = replace(WRITTEN, prompt="", prompt_words=(), prompt_ids=())
    assert texts.pieces(alone, pretty=True) == ("", ["A", " novel", " net", ".", ""])


def test_the_strip_has_a_probability_for_each_token_and_rivals_at_the_end() -> None:
    value = texts.strip_value(WRITTEN, pretty=True, writing=False, selected=2)
    assert value["tokens"][0] == [" a", 0.5]
    assert value["tokens"][1] == [" novel", pytest.approx(0.25)]
    assert value["tokens"][4] == ["</s>", 1.0]  # the end has a place, and rivals
    assert value["pretty"][3:] == [".", " </s>"]
    assert value["alternatives"][0][1] == [" A", 0.25]
    assert (value["selected"], value["writing"]) == (2, False)
    growing = texts.strip_value(WRITTEN, pretty=True, writing=True)
    assert (growing["alternatives"], growing["writing"], growing["note"]) == (None, True, "")


def test_a_text_says_why_it_goes_no_further() -> None:
    assert texts.ending(WRITTEN) == "The model has ended its text."
    full = replace(BEGUN, steps=WORDS, max_tokens=4)
    assert texts.ending(full) == "Not ended: as many tokens as were asked for."
    assert texts.ending(replace(full, max_tokens=5)) == "Not ended: it was stopped."


def test_the_context_of_a_step_is_short() -> None:
    long = replace(WRITTEN, prompt="x" * 500)
    found = type("Found", (), {"step": 1, "chosen": None, "candidates": ()})
    found.rest_before = found.rest_after = 1.0
    before = texts.chart_value(long, found)["before_text"]
    assert before == "…" + "x" * (texts.BEFORE - 2) + " a"


def test_many_words_are_cut_short() -> None:
    assert texts.listed([]) == ""
    assert texts.listed(["a", "b"]) == "“a”, “b”"
    assert texts.listed(list("abcdefghij")).endswith("“h” and 2 more")


def test_a_figure_that_is_not_there_is_a_dash() -> None:
    assert (texts.share(None), texts.share(0.5)) == ("–", "0.50")


def test_the_settings_are_named_as_far_as_they_were_used() -> None:
    every = DecodingOptions(
        "beam-sample", 3, 1.0, 0.8, 42, 1.1, 3, 40, 0.9, 0.05, 0.95
    )  # in the order of the fields
    assert lines.settings_line(every) == (
        "beam-sample · beam 3 · repetition penalty 1.1 · no repeat of 3 · temperature 0.8 · "
        "top-k 40 · top-p 0.9 · min-p 0.05 · typical 0.95 · seed 42"
    )
    assert lines.settings_line(replace(every, method="greedy")) == "greedy · seed –"
    assert lines.settings_line(replace(every, method="beam")) == "beam · beam 3 · seed –"
    assert lines.settings_line(DecodingOptions("sample")) == "sample · seed 0"


def test_the_summary_counts_tokens_time_and_perplexity() -> None:
    assert lines.written_line(WRITTEN) == (
        "tiny-words · sample · temperature 0.8 · top-p 0.9 · seed 3 · 5 tokens · 500 ms · "
        "10 tokens/s · perplexity 2.00"
    )
    # The time of three of the five tokens.
    assert " · 5 tokens · 500 ms · 6 tokens/s · " in lines.written_line(WRITTEN, kept=2)
    assert lines.written_line(replace(WRITTEN, steps=(), seconds=0.0)).endswith("0 tokens · 0 ms")
    one = replace(WRITTEN, steps=WHOLE[:1])
    assert " · 1 token · " in lines.written_line(one)
    assert " · perplexity 2.00" in lines.written_line(one)
    sure = replace(WRITTEN, steps=(replace(WHOLE[0], log_prob=-math.log(1000)),))
    assert sure.perplexity == pytest.approx(1000)
    assert lines.written_line(sure).endswith("perplexity 1,000.00")
