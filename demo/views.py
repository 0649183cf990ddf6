"""What the page shows of a translation; pure functions, no gradio."""

from dataclasses import dataclass, replace
from typing import Any

from core.pipelines.results import Hypothesis, Translation
from demo.limits import MAP_CELLS

SHORT = 60  # characters of a sentence in the list of sentences


@dataclass(frozen=True)
class View:
    """A translation and the part of it that a visitor has chosen to see."""

    translation: Translation
    sentence: int = 0
    hypothesis: int = 0
    units: str = "words"  # or "subwords"

    @property
    def sentences(self) -> tuple[Translation, ...]:
        return self.translation.sentences or (self.translation,)

    @property
    def shown(self) -> Translation:
        """The sentence whose hypotheses and map are shown."""
        return self.sentences[self.sentence]

    @property
    def chosen(self) -> Hypothesis:
        return self.shown.hypotheses[self.hypothesis]

    def choose_sentence(self, index: int) -> "View":
        return replace(self, sentence=index, hypothesis=0)


def map_value(view: View) -> dict[str, Any] | None:
    """Return the value of the attention map: labels and weights, a row for each target token.

    None if the map is too large to draw.
    """
    source, target, weights = _grid(view)
    if len(source) * len(target) > MAP_CELLS:
        return None
    rounded = [[round(weight, 4) for weight in row] for row in weights]
    return {"source": list(source), "target": list(target), "weights": rounded}


def list_value(view: View) -> dict[str, Any]:
    """Return the value of the list of hypotheses."""
    items = [
        {"text": hypothesis.text, "score": _signed(hypothesis.score)}
        for hypothesis in view.shown.hypotheses
    ]
    return {"items": items, "chosen": view.hypothesis}


def size_line(view: View) -> str:
    """Return why there is no map, or an empty string if there is one."""
    source, target, _ = _grid(view)
    if len(source) * len(target) <= MAP_CELLS:
        return ""
    return f"A map of {len(target)} by {len(source)} {view.units} is too large to draw here."


def cell_line(view: View, row: int, column: int) -> str:
    """Return one cell of the map in words."""
    shown = map_value(view)
    if shown is None:
        return size_line(view)
    weight = shown["weights"][row][column]
    return f"“{shown['target'][row]}” looks at “{shown['source'][column]}” with weight {weight:.2f}"


def count_weights(translation: Translation) -> int:
    """Return how many attention weights a translation holds, by tokens and by words."""
    hypotheses = [*translation.hypotheses]
    hypotheses += [one for sentence in translation.sentences for one in sentence.hypotheses]
    maps = [map_ for one in hypotheses for map_ in (one.attention, one.word_attention)]
    return sum(len(map_) * len(map_[0]) for map_ in maps if map_)


def sentence_choices(view: View) -> list[tuple[str, int]]:
    """Return a label and an index for each sentence of the text."""
    sources = [sentence.source.strip() for sentence in view.sentences]
    short = [text if len(text) <= SHORT else text[: SHORT - 1] + "…" for text in sources]
    return [(f"{number}. {text}", number - 1) for number, text in enumerate(short, 1)]


def summary_line(translation: Translation) -> str:
    """Return checkpoint, method, parameters, seed, tokens, time and log-probability in a line."""
    best = [sentence.hypotheses[0] for sentence in translation.sentences or (translation,)]
    tokens = sum(len(hypothesis.tokens) for hypothesis in best)
    log_probability = sum(sum(hypothesis.log_probs) for hypothesis in best)
    parameters = {
        "beam": [
            f"beam {translation.beam}",
            f"length penalty {translation.length_penalty:g}",
            "seed –",
        ],
        "sample": [f"sample · temperature {translation.temperature:g}", f"seed {translation.seed}"],
    }
    return " · ".join(
        [
            translation.checkpoint,
            *parameters.get(translation.method, [translation.method, "seed –"]),
            f"{tokens} tokens",
            f"{translation.seconds * 1000:,.0f} ms",
            f"{tokens / max(translation.seconds, 1e-9):,.0f} tokens/s",
            f"log-probability {_signed(log_probability)}",
        ]
    )


def _grid(view: View) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[float, ...], ...]]:
    """Return source labels, target labels and weights (T, S) in the chosen units."""
    if view.units == "words":
        return view.shown.source_words, view.chosen.words, view.chosen.word_attention
    source = tuple(token.text for token in view.shown.source_tokens)
    target = tuple(token.text for token in view.chosen.tokens)
    return source, target, view.chosen.attention


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")  # a minus as wide as the digits
