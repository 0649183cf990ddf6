"""A translation made by hand, small enough to check its figures by reading."""

from dataclasses import replace

import pytest

from core.errors import UserError
from core.pipelines.results import Hypothesis, Token, Translation

# „Guten Morgen“: three pieces and the end, two words.
SOURCE_TOKENS = (
    Token("Guten", 0, 5, 0),
    Token("Mor", 6, 9, 1),
    Token("gen", 9, 12, 1),
    Token("</s>", 12, 12, None),
)


def hypothesis(text: str, score: float) -> Hypothesis:
    """A hypothesis of two words, the first of which looks at the second word of the source."""
    first, second = text.split()
    end = len(text)
    tokens = (
        Token(first, 0, len(first), 0),
        Token(second, len(first) + 1, end, 1),
        Token("</s>", end, end, None),
    )
    return Hypothesis(
        text=text,
        tokens=tokens,
        token_ids=(1, 2, 3),
        words=(first, second),
        log_probs=(-0.25, -0.5, -0.25),
        score=score,
        attention=((0.125, 0.5, 0.25, 0.125), (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        word_attention=((0.125, 0.75), (1.0, 0.0)),
    )


@pytest.fixture
def translation() -> Translation:
    return Translation(
        source="Guten Morgen",
        text="Good morning",
        source_tokens=SOURCE_TOKENS,
        source_words=("Guten", "Morgen"),
        hypotheses=(hypothesis("Good morning", -0.25), hypothesis("Morning, good", -0.75)),
        sentences=(),
        checkpoint="tiny",
        method="beam",
        beam=2,
        length_penalty=1.0,
        temperature=1.0,
        seed=0,
        prefix="",
        prefix_tokens=(),
        forced=(),
        seconds=0.5,
    )


@pytest.fixture
def two_sentences(translation: Translation) -> Translation:
    second = replace(translation, source="Danke sehr", hypotheses=(hypothesis("Thank you", -0.5),))
    return replace(translation, sentences=(translation, second))


class StandIn:
    """Takes the place of a Service: gives one translation, or fails as it is told."""

    def __init__(self, translation: Translation, fault: Exception | None = None):
        self.translation, self.fault = translation, fault
        self.requests: list[dict] = []

    def checkpoints(self) -> list[str]:
        return ["tiny"]

    def problems(self) -> dict[str, str]:
        return {"broken": "model.safetensors ends too early; copy it again."}

    def translate(self, **request) -> Translation:
        self.requests.append(request)
        if self.fault:
            raise self.fault
        return replace(self.translation, method=request.get("method", "beam"))


@pytest.fixture
def service(translation: Translation) -> StandIn:
    return StandIn(translation)


@pytest.fixture
def failing(translation: Translation) -> StandIn:
    return StandIn(translation, UserError("There is no checkpoint called 'tiny'."))
