"""The methods of decoding compared on the same prompts: what each of them trades."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from core.decoding.options import DecodingOptions
from core.evaluation.diversity import Diversity, diversity
from core.pipelines.generation import Generation, perplexity
from core.pipelines.generator import TextGenerator
from core.report import curve, report

PROMPT_WORDS = 8  # of an abstract, that its continuations begin with
MAX_TOKENS = 60
METHODS: dict[str, dict[str, Any]] = {
    "greedy": {"method": "greedy"},
    "sample": {"method": "sample"},
    "temperature 0.7": {"method": "sample", "temperature": 0.7},
    "top-k 40": {"method": "sample", "top_k": 40},
    "top-p 0.9": {"method": "sample", "top_p": 0.9},
    "min-p 0.05": {"method": "sample", "min_p": 0.05},
    "typical 0.9": {"method": "sample", "typical": 0.9},
    "repetition penalty 1.2": {"method": "sample", "repetition_penalty": 1.2, "top_p": 0.9},
    "no repeated 3-gram": {"method": "sample", "no_repeat_ngram": 3, "top_p": 0.9},
    "beam 5": {"method": "beam"},
    "beam-sample 5": {"method": "beam-sample"},
    "stochastic-beam 5": {"method": "stochastic-beam"},
}


def compare_methods(
    writer: TextGenerator,
    documents: Sequence[str],
    command: str,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Return the report on all methods, each with its own continuation of the same prompts.

    Prompt n is drawn with seed n. Perplexity is the model's own of what it wrote; a beam's score
    is not normalised, so that greedy decoding and beam search compare by log-probability.
    """
    prompts = [" ".join(document.split()[:PROMPT_WORDS]) for document in documents]
    written: dict[str, list[Generation]] = {}
    rows = []
    for name, settings in METHODS.items():
        started = time.perf_counter()
        written[name] = []
        for seed, prompt in enumerate(prompts):
            options = DecodingOptions(**settings, seed=seed, length_penalty=0.0)
            begun = writer.prompt(prompt, options, MAX_TOKENS)
            written[name] += writer.write_all([begun])
            progress(1)
        seconds = time.perf_counter() - started
        rows.append({"method": name, **_figures(written[name], seconds)})
    higher = sum(
        _log_prob(greedy) > _log_prob(beam)
        for greedy, beam in zip(written["greedy"], written["beam 5"], strict=True)
    )
    by_name = {row["method"]: row for row in rows}
    return report(
        f"Methods of decoding on {len(prompts)} prompts",
        "What does each method trade between sure and varied text?",
        command,
        rows,
        [
            curve(
                row["method"],
                [row["perplexity"]],
                [row["distinct_2"]],
                "perplexity of the text under the model",
                "distinct-2",
            )
            for row in rows
        ],
        f"Greedy decoding repeats {by_name['greedy']['repetition']:.0%} of its 4-grams, beam search"
        f" {by_name['beam 5']['repetition']:.0%}, sampling {by_name['sample']['repetition']:.0%};"
        f" in {higher} of {len(prompts)} prompts greedy decoding found a likelier text than a beam"
        f" of 5.",
    )


def _figures(texts: Sequence[Generation], seconds: float) -> dict[str, Any]:
    found = [diversity("".join(step.text for step in text.steps)) for text in texts]
    log_probs = [step.log_prob for text in texts for step in text.steps]
    return {
        "perplexity": round(perplexity(log_probs) or 0.0, 2),
        **{name: _mean(found, name) for name in ("distinct_1", "distinct_2", "repetition")},
        "tokens": len(log_probs),
        "ended": sum(text.finished for text in texts),
        "seconds_per_text": round(seconds / len(texts), 4),
        "example": texts[0].pretty,
    }


def _mean(found: Sequence[Diversity], name: str) -> float:
    """Return the mean of a figure over the texts that are long enough for it."""
    values = [value for one in found if (value := getattr(one, name)) is not None]
    return round(sum(values) / len(values), 4) if values else 0.0


def _log_prob(text: Generation) -> float:
    return sum(step.log_prob for step in text.steps)
