"""What a request may ask for, and how many are served at once."""

import math
import os
from dataclasses import dataclass
from typing import Any

from core.errors import UserError

MAX_CHARACTERS = 2_000  # about a page of text; a few seconds of two cores
SECONDS = 30  # wall-clock time of one request
STREAM_SECONDS = 120  # of work on a text that is written live
STREAMS = 16  # texts that are written live at the same time; they take turns
TURN = 0.06  # seconds of a turn, after which the page is shown what is new
SHORT_TURN = 0.02  # where so many write that each would wait long for its next turn
MAX_PREFIX = 500  # characters that a translation is begun with
MAX_SCORED_WORDS = 100  # of a line that gets figures: TER tries all shifts of its words
MAX_QUERY = 40_000  # characters of a link; a text at its limit fits, percent-encoded
MAP_VALUES = 250_000  # of a map of gates, tokens by units; sent packed, and drawn as pixels
ANSWER_VALUES = 500_000  # gates and states in an answer of the API: about 5 MB of JSON
MAX_FOLLOWED = 500  # characters that a gradient is followed through: each step is kept
MAX_COMPARED = 6  # models that it is followed through
MAX_FILE_BYTES = 256 * 1024  # of a file to translate: a minute of one core
MAX_FILE_LINES = 2_000
MAP_CELLS = 40_000  # a map that a browser draws well: 200 words by 200
ANSWER_WEIGHTS = 1_000_000  # attention weights in an answer: about 25 MB, as JSON or in memory

CONCURRENT_RUNS = 2  # requests that compute at the same time, of all tabs and the API together
# Requests share the cores: threads of one that wait for those of another cost more than they gain.
THREADS = max(1, (os.cpu_count() or 1) // CONCURRENT_RUNS)
CONCURRENCY_ID = "model"  # the events that share this limit
STREAM_ID = "stream"  # those that share the limit of STREAMS
CONCURRENT_EVENTS = 8  # clicks that only change what is shown
QUEUE_SIZE = 100  # requests that wait; the next one is told that the queue is full
MAX_THREADS = 12
SESSIONS = 500  # that keep their last results: visitors, and each call of the API without a session


@dataclass(frozen=True)
class Range:
    """The numbers that one field takes, both ends included."""

    field: str  # its name in the API
    low: float
    high: float
    whole: bool = False

    def check(self, value: Any) -> float:
        """Return the number (an int where only whole ones are meant), or raise UserError."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        # NaN fails both comparisons, so it needs no case of its own.
        if not number or not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise UserError(f"{self.field} must be {self.describe()}; it is {_shown(value)}.")
        return int(value) if self.whole else float(value)

    def describe(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:,}"


BEAM = Range("beam", 1, 10, whole=True)
LENGTH_PENALTY = Range("length_penalty", 0, 2)
TEMPERATURE = Range("temperature", 0.05, 2)
THRESHOLD = Range("threshold", 0, 100)  # nats
CLIP = Range("clip", 0.001, 1_000)
TOKEN = Range("token", 0, MAX_FOLLOWED, whole=True)
HIDDEN = Range("hidden", 1, 16, whole=True)
SEED = Range("seed", 0, 2**31 - 1, whole=True)
MAX_TOKENS = Range("max_tokens", 1, 1_000, whole=True)
BEAM_TOKENS = Range("max_tokens", 1, 300, whole=True)  # of a beam method: it can't be watched
FILTERS = (
    Range("temperature", 0, 2),
    Range("top_k", 0, 100_000, whole=True),
    Range("top_p", 0, 1),
    Range("min_p", 0, 1),
    Range("typical", 0, 1),
    Range("repetition_penalty", 0.5, 2),
    Range("no_repeat_ngram", 0, 20, whole=True),
)


def check_text(value: Any, field: str = "text") -> str:
    """Return the text unchanged, or raise UserError; it is never cut."""
    text = check_string(value, field)
    if not text.strip():
        raise UserError(f"The {field} is blank: type a sentence first.")
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"The {field} has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}. "
            "Please take it in parts."
        )
    return text


def check_prefix(value: Any) -> str:
    """Return the beginning of a translation, empty if it is blank, or raise UserError."""
    text = check_string(value, "prefix")
    if len(text) > MAX_PREFIX:
        raise UserError(
            f"The beginning (prefix) has {len(text):,} characters; the limit is {MAX_PREFIX:,}."
        )
    return text if text.strip() else ""


def check_weights(weights: int) -> None:
    """Raise UserError if an answer has too many attention weights."""
    if weights > ANSWER_WEIGHTS:
        raise UserError(
            f"The answer would hold {weights:,} attention weights; the limit is "
            f"{ANSWER_WEIGHTS:,}. Translate the text in parts or with a smaller beam."
        )


def check_string(value: Any, field: str) -> str:
    """Return the string, or raise UserError for anything else and for half a character."""
    if not isinstance(value, str):
        raise UserError(f"{field} must be a string; it is {_shown(value)}.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        # JSON can carry one half of a surrogate pair, which no answer could be written with.
        raise UserError(f"{field} has half a character at position {error.start + 1}.") from None
    return value


def translate_request(
    text: Any,
    checkpoint: Any,
    method: Any,
    beam: Any = 5,
    length_penalty: Any = 1.0,
    temperature: Any = 1.0,
    seed: Any = 0,
    prefix: Any = "",
) -> dict[str, Any]:
    """Return the checked arguments of Service.translate, or raise UserError that names a field."""
    return {
        "text": check_text(text),
        "checkpoint": check_string(checkpoint, "checkpoint"),
        "method": check_string(method, "method"),
        "beam": BEAM.check(beam),
        "length_penalty": LENGTH_PENALTY.check(length_penalty),
        "temperature": TEMPERATURE.check(temperature),
        "seed": SEED.check(seed),
        "prefix": check_prefix(prefix),
    }


def generate_request(
    prompt: Any, checkpoint: Any, method: Any, max_tokens: Any = 100, **options: Any
) -> dict[str, Any]:
    """Return the checked arguments of Service.prompt, or raise UserError that names a field."""
    method = check_string(method, "method")
    ranges = {field.field: field for field in (BEAM, LENGTH_PENALTY, SEED, *FILTERS)}
    tokens = BEAM_TOKENS if "beam" in method else MAX_TOKENS
    text = check_string(prompt, "prompt")
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"The prompt has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}."
        )
    return {
        "prompt": text,
        "checkpoint": check_string(checkpoint, "checkpoint"),
        "max_tokens": tokens.check(max_tokens),
        "method": method,
        **{name: ranges[name].check(value) for name, value in options.items()},
    }


def correct_request(text: Any, checkpoint: Any, threshold: Any) -> dict[str, Any]:
    """Return the checked arguments of Service.correct, or raise UserError that names a field."""
    return {
        "text": check_text(text),
        "checkpoint": check_string(checkpoint, "checkpoint"),
        "threshold": THRESHOLD.check(threshold),
    }


def inspect_request(text: Any, checkpoint: Any) -> dict[str, Any]:
    """Return the checked arguments of Service.inspect, or raise UserError that names a field."""
    return {"text": check_text(text), "checkpoint": check_string(checkpoint, "checkpoint")}


def gradient_request(text: Any, checkpoints: Any, token: Any, clip: Any) -> dict[str, Any]:
    """Return the checked arguments of Service.gradient_flow, or raise UserError that names one.

    ``token`` may be None: the last of the text.
    """
    text = check_text(text)
    if len(text) > MAX_FOLLOWED:
        raise UserError(
            f"The text has {len(text):,} characters; the limit is {MAX_FOLLOWED} where a gradient "
            "is followed. Please take a shorter one."
        )
    if not isinstance(checkpoints, list) or not 1 <= len(checkpoints) <= MAX_COMPARED:
        raise UserError(f"checkpoints must name 1 to {MAX_COMPARED} language models.")
    return {
        "text": text,
        "checkpoints": [check_string(name, "checkpoints") for name in checkpoints],
        "token": None if token is None else TOKEN.check(token),
        "clip": CLIP.check(clip),
    }


def bptt_request(text: Any, units: Any, hidden: Any, seed: Any, slip: Any) -> dict[str, Any]:
    """Return the checked arguments of Service.bptt, or raise UserError that names a field."""
    return {
        "text": check_text(text),
        "units": check_string(units, "units"),
        "hidden": HIDDEN.check(hidden),
        "seed": SEED.check(seed),
        "slip": check_string(slip, "slip"),
    }


def _shown(value: Any) -> str:
    """Return a value as a message quotes it: short, on one line, in characters that can be sent."""
    if value is None:
        return "empty"
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "infinite", -math.inf: "minus infinite"}.get(value, "not a number")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return "too large" if value > 0 else "too small"  # Python refuses to print the longest
    if isinstance(value, list | dict):
        return f"a {type(value).__name__}"
    return repr(value if not isinstance(value, str) else value[:40])
