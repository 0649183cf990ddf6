"""Results made by hand, small enough to check their figures by reading, and a stand-in service."""

import math
from dataclasses import replace

from core.pipelines.joined import join_translations
from core.pipelines.results import Alternative, BeamNode, BeamTree, Hypothesis, Token, Translation
from core.pipelines.sentences import Sentence
from core.service import Service
from tests.demo.made_gradients import Follower
from tests.demo.made_inspection import Looker
from tests.demo.made_reports import Archive
from tests.demo.made_text import Writer

# „Guten Morgen“: three pieces and the end, two words.
GUTEN_MORGEN = (
    Token("Guten", 0, 5, 0),
    Token("Mor", 6, 9, 1),
    Token("gen", 9, 12, 1),
    Token("</s>", 12, 12, None),
)
DANKE_SEHR = (
    Token("Danke", 0, 5, 0),
    Token("se", 6, 8, 1),
    Token("hr", 8, 10, 1),
    Token("</s>", 10, 10, None),
)


def hypothesis(text: str, score: float, ids: tuple[int, ...] = (1, 2, 3)) -> Hypothesis:
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
        token_ids=ids,
        words=(first, second),
        log_probs=(-0.25, -0.5, -0.25),
        score=score,
        attention=((0.125, 0.5, 0.25, 0.125), (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        word_attention=((0.125, 0.75), (1.0, 0.0)),
    )


# "Good morn|ing" with the probabilities 1/2, 1/2, 1/4 and 1, and what else could stand there.
IN_PIECES = Hypothesis(
    text="Good morning",
    tokens=(
        Token("Good", 0, 4, 0),
        Token("morn", 5, 9, 1),
        Token("ing", 9, 12, 1),
        Token("</s>", 12, 12, None),
    ),
    token_ids=(11, 12, 13, 3),
    words=("Good", "morning"),
    log_probs=(math.log(1 / 2), math.log(1 / 2), math.log(1 / 4), 0.0),
    score=-0.5,
    attention=(
        (0.25, 0.25, 0.25, 0.25),
        (1.0, 0.0, 0.0, 0.0),
        (0.0, 0.5, 0.5, 0.0),
        (0.0, 0.0, 0.0, 1.0),
    ),
    word_attention=((0.25, 0.5), (0.5, 0.5)),
    alternatives=(
        (Alternative(11, "Good", math.log(1 / 2)), Alternative(21, "Fine", math.log(1 / 4))),
        (Alternative(12, " morn", math.log(1 / 2)), Alternative(22, " day", math.log(1 / 4))),
        (Alternative(23, " after", math.log(1 / 2)), Alternative(13, "ing", math.log(1 / 4))),
        (Alternative(3, "</s>", 0.0), Alternative(24, ".", -50.0)),
    ),
)

GREETING = Translation(
    source="Guten Morgen",
    text="Good morning",
    source_tokens=GUTEN_MORGEN,
    source_words=("Guten", "Morgen"),
    hypotheses=(hypothesis("Good morning", -0.25), hypothesis("Morning, good", -0.75, (4, 5, 3))),
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
THANKS = replace(
    GREETING,
    source="Danke sehr",
    text="Thank you",
    source_tokens=DANKE_SEHR,
    source_words=("Danke", "sehr"),
    hypotheses=(hypothesis("Thank you", -0.5, (6, 7, 3)),),
)


def two_sentences() -> Translation:
    """„Guten Morgen\nDanke sehr“, as the translator joins them: it alone takes the time."""
    spans = [Sentence("Guten Morgen", 0, 12), Sentence("Danke sehr", 13, 23)]
    parts = [replace(part, seconds=0.0) for part in (GREETING, THANKS)]
    return replace(join_translations("Guten Morgen\nDanke sehr", spans, parts), seconds=0.5)


def _node(parent, step, text, token_id, total, status, best=None, beaten_by=None) -> BeamNode:
    score = total / max(step, 1)
    return BeamNode(parent, step, text, token_id, total, total, score, status, best, beaten_by)


# Two are kept at each step: "Good morning" wins, "Fine" is beaten by "Good day".
TREE = BeamTree(
    (
        _node(None, 0, "<s>", 0, 0.0, "alive"),
        _node(0, 1, "Good", 11, -0.5, "alive"),
        _node(0, 1, "Fine", 21, -1.0, "pruned", best=-2.25, beaten_by=4),
        _node(1, 2, " morning", 12, -0.75, "alive"),
        _node(1, 2, " day", 22, -1.5, "unfinished"),
        _node(3, 3, "</s>", 3, -0.75, "finished"),
    )
)


class StandIn(Writer, Archive, Follower, Looker):
    """Takes the place of a Service: gives what is made here, or fails as it is told."""

    compare = Service.compare  # these two need no model
    replace_sentence = Service.replace_sentence

    def __init__(self, fault: Exception | None = None):
        self.translation, self.scored, self.tree = GREETING, IN_PIECES, TREE
        self.fault = fault
        self.requests: list[dict] = []  # of every function that runs a model

    def checkpoints(self, kind: str = "seq2seq") -> list[str]:
        return {
            "seq2seq": ["tiny"],
            "language-model": ["tiny-words", "tiny-characters"],
            "spelling": ["spell-en", "tiny-speller"],
        }[kind]

    def problems(self) -> dict[str, str]:
        return {"broken": "model.safetensors ends too early; copy it again."}

    def translate(self, **request) -> Translation:
        self._take(request)
        return replace(
            self.translation,
            method=request.get("method", "beam"),
            prefix=request.get("prefix", ""),
            prefix_tokens=tuple(request.get("tokens", ())),
            forced=tuple(request.get("forced", ())),
        )

    def score(self, **request) -> Hypothesis:
        self._take(request)
        return self.scored

    def beam_tree(self, **request) -> BeamTree:
        self._take(request)
        return self.tree

    def translate_lines(self, **request) -> list[str]:
        self._take(request)
        return [line.upper() for line in request["lines"]]

    def _take(self, request: dict) -> None:
        self.requests.append(request)
        if self.fault:
            raise self.fault
