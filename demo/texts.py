"""What the components of the Generate tab draw: strips, bars, tables; pure functions, no gradio."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.pipelines.generation import Distribution, Generation, ScoredText, Step
from core.pipelines.prettify import pretty_pieces
from core.pipelines.results import END
from core.service import Diversity
from demo.lines import settings_line

BEFORE = 60  # characters of the text before a token that stand above its bars

Value = dict[str, Any]


def pieces(generation: Generation, pretty: bool) -> tuple[str, list[str]]:
    """Return the prompt, and what each step adds to it, raw or as readable English."""
    added = [step.text for step in generation.steps]
    if not pretty or generation.units != "word":
        return generation.prompt, added
    written = [text.strip() for text in added]
    ends = written[-1:] == [""]
    count = len(generation.prompt_words)
    found = pretty_pieces([*generation.prompt_words, *written[: len(written) - ends]])
    return "".join(found[:count]), found[count:] + [""] * ends


def text_of(generation: Generation, pretty: bool) -> str:
    """Return prompt and text, raw or as readable English."""
    prompt, added = pieces(generation, pretty)
    return prompt + "".join(added)


def strip_value(
    generation: Generation,
    pretty: bool,
    writing: bool,
    selected: int | None = None,
    asked: Any = 0,
) -> Value:
    """Return the value of the strip of a text that was written, see TokenStrip."""
    prompt, shown = pieces(generation, pretty)
    if generation.steps and not generation.steps[-1].text:
        shown[-1] = f" {END}"  # the end is a token like others: it has rivals
    raw = [step.text or END for step in generation.steps]
    return {
        "prompt": prompt,
        "tokens": probabilities(raw, generation.steps),
        "pretty": shown,
        "alternatives": None if writing else [rivals(step) for step in generation.steps],
        "writing": writing,
        "selected": selected,
        "asked": asked,
        "note": "" if writing else ending(generation),
    }


def ending(generation: Generation) -> str:
    """Return why the text goes no further."""
    if generation.finished:
        return "The model has ended its text."
    if len(generation.steps) >= generation.max_tokens:
        return "Not ended: as many tokens as were asked for."
    return "Not ended: it was stopped."


def probabilities(texts: Sequence[str], steps: Sequence[Step]) -> list[list[Any]]:
    return [[text, math.exp(step.log_prob)] for text, step in zip(texts, steps, strict=True)]


def rivals(step: Step) -> list[list[Any]]:
    return [[other.text, round(math.exp(other.log_prob), 6)] for other in step.alternatives]


def chart_value(generation: Generation, found: Distribution, asked: Any = 0) -> Value:
    """Return the value of the bars at a step, see DistributionChart."""
    before = replace(generation, steps=generation.steps[: found.step]).text
    return {
        "step": found.step,
        "steps": len(generation.steps),
        "asked": asked,
        "before_text": before if len(before) <= BEFORE else f"…{before[-BEFORE:]}",
        "chosen": found.chosen,
        "rows": [
            {
                "text": one.text,
                "before": one.before,
                "after": one.after,
                "removed_by": one.removed_by,
            }
            for one in found.candidates
        ],
        "rest": {"before": found.rest_before, "after": found.rest_after},
    }


def score_strip(scored: ScoredText) -> Value:
    """Return the value of the strip of a visitor's text, shaded by surprisal."""
    return {
        "tokens": probabilities([step.text or END for step in scored.steps], scored.steps),
        "alternatives": [rivals(step) for step in scored.steps],
        "replaceable": False,
        "mode": "surprisal",
        "note": scored.checkpoint,
    }


def score_table(scores: Sequence[ScoredText]) -> Value:
    """Return a line for each model that has read a text, see PlainTable."""
    head = [
        "model",
        "reads",
        "tokens",
        "perplexity",
        "bits per character",
        "comparable bits",
        "unknown",
        "ms",
    ]
    return {
        "head": head,
        "rows": [
            [
                one.checkpoint,
                "words, lower case" if one.units == "word" else "characters",
                f"{len(one.steps):,}",
                f"{one.perplexity:,.1f}" if one.perplexity >= 10 else f"{one.perplexity:.2f}",
                f"{one.bits_per_character:.3f}",
                f"{one.comparable_bits_per_character:.3f}",
                listed(one.unknown) or "–",
                f"{one.seconds * 1000:,.0f}",
            ]
            for one in scores
        ],
    }


def compare_table(rows: Sequence[tuple[str, Generation, Diversity, bool]]) -> Value:
    """Return a line for each way of choosing: its name, its text and figures, see PlainTable."""
    head = [
        "method",
        "text",
        "perplexity",
        "distinct-1",
        "distinct-2",
        "repetition",
        "tokens",
        "ms",
    ]
    return {
        "head": head,
        "wide": 1,
        "rows": [
            [
                f"{name}\n{settings_line(one.options)}",
                text_of(one, pretty),
                "–" if one.perplexity is None else f"{one.perplexity:,.2f}",
                *map(share, (found.distinct_1, found.distinct_2, found.repetition)),
                f"{len(one.steps):,}",
                f"{one.seconds * 1000:,.0f}",
            ]
            for name, one, found, pretty in rows
        ],
    }


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def listed(words: Sequence[str], most: int = 8) -> str:
    """Return words in quotes, the first ones of many."""
    quoted = [f"“{word}”" for word in words[:most]]
    more = len(words) - most
    return ", ".join(quoted) + (f" and {more} more" if more > 0 else "")


def unknown_line(generation: Generation) -> str:
    """Return what of the prompt the model does not know, or an empty string."""
    if not generation.unknown:
        return ""
    what = "words" if generation.units == "word" else "characters"
    return (
        f"{generation.checkpoint} does not know these {what} of the beginning, and reads <unk> in"
        f" their place: {listed(generation.unknown)}."
    )
