"""What the page says of a translation in a line of text; pure functions, no gradio."""

from core.pipelines.results import Translation
from core.service import TranslationScores

SHORT = 60  # characters of a sentence in the list of sentences


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
