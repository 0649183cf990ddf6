"""What the page says of a result in a line of text; pure functions, no gradio."""

from core.pipelines.generation import DecodingOptions, Generation
from core.pipelines.results import Translation
from core.service import TranslationScores

SHORT = 60  # characters of a sentence in the list of sentences
# What leaves the model as it is, and is not named: each filter, its words, and its value then.
FILTERS = (
    ("repetition_penalty", "repetition penalty", 1),
    ("no_repeat_ngram", "no repeat of", 0),
    ("temperature", "temperature", 1),
    ("top_k", "top-k", 0),
    ("top_p", "top-p", 1),
    ("min_p", "min-p", 0),
    ("typical", "typical", 1),
)


def signed(value: float) -> str:
    """Return a number with two decimals and a minus as wide as the digits."""
    return f"{value:.2f}".replace("-", "−")


def summary_line(translation: Translation) -> str:
    """Return checkpoint, method, parameters, seed, tokens, time and log-probability in a line."""
    parts = translation.sentences or (translation,)
    best = [part.hypotheses[0] for part in parts]
    tokens = sum(len(hypothesis.tokens) for hypothesis in best)
    log_probability = sum(sum(hypothesis.log_probs) for hypothesis in best)
    method, beam = translation.method, f"beam {translation.beam}"
    penalty = f"length penalty {translation.length_penalty:g}"
    draws = f"temperature {translation.temperature:g} · seed {translation.seed}"
    parameters = {
        "beam": [beam, penalty, "seed –"],
        "sample": [method, draws],
        "beam-sample": [method, beam, penalty, draws],
        "stochastic-beam": [method, beam, draws],
    }
    return " · ".join(
        [
            translation.checkpoint,
            *parameters.get(method, [method, "seed –"]),
            *([f"begins with “{translation.prefix}”"] if translation.prefix else []),
            *(["attention forced"] if any(part.forced for part in parts) else []),
            f"{tokens} tokens",
            f"{translation.seconds * 1000:,.0f} ms",
            f"{tokens / max(translation.seconds, 1e-9):,.0f} tokens/s",
            f"log-probability {signed(log_probability)}",
        ]
    )


def settings_line(options: DecodingOptions) -> str:
    """Return the method, what it was told, and its seed."""
    parts = [options.method]
    if "beam" in options.method:
        parts.append(f"beam {options.beam}")
    if options.method in ("greedy", "beam"):
        return " · ".join([*parts, "seed –"])
    used = [(words, getattr(options, name), off) for name, words, off in FILTERS]
    parts += [f"{words} {value:g}" for words, value, off in used if value != off]
    return " · ".join([*parts, f"seed {options.seed}"])


def written_line(generation: Generation, kept: int = 0) -> str:
    """Return checkpoint, settings, tokens, time and perplexity of a text.

    ``kept`` of its tokens were there before the time began.
    """
    tokens, seconds = len(generation.steps), generation.seconds
    rate = (tokens - kept) / max(seconds, 1e-9)
    perplexity = generation.perplexity
    return " · ".join(
        [
            generation.checkpoint,
            settings_line(generation.options),
            f"{tokens:,} token{'s' * (tokens != 1)}",
            f"{seconds * 1000:,.0f} ms",
            *([f"{rate:,.0f} tokens/s"] if tokens > kept else []),
            *([] if perplexity is None else [f"perplexity {perplexity:,.2f}"]),
        ]
    )


def scores_line(scores: TranslationScores) -> str:
    """Return BLEU, chrF and TER with their signatures in a line."""
    return (
        f"BLEU {scores.bleu:.1f} · chrF {scores.chrf:.1f} · TER {scores.ter:.1f}"
        f" · {scores.signature} · {scores.chrf_signature} · {scores.ter_signature}"
    )


def sentence_choices(sentences: tuple[Translation, ...]) -> list[tuple[str, int]]:
    """Return a label and an index for each sentence of a text."""
    sources = [sentence.source.strip() for sentence in sentences]
    short = [text if len(text) <= SHORT else text[: SHORT - 1] + "…" for text in sources]
    return [(f"{number}. {text}", number - 1) for number, text in enumerate(short, 1)]


def count_weights(translation: Translation) -> int:
    """Return how many attention weights a translation holds, by tokens and by words."""
    hypotheses = [*translation.hypotheses]
    hypotheses += [one for sentence in translation.sentences for one in sentence.hypotheses]
    maps = [map_ for one in hypotheses for map_ in (one.attention, one.word_attention)]
    return sum(len(map_) * len(map_[0]) for map_ in maps if map_)
