"""A spelling corrector: which words of a text the model would write in another way.

A word is changed only where the model is surer of another one than of the word itself.
"""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import torch

from core.checkpoint import Checkpoint
from core.data.batching import make_batch
from core.decoding.hypothesis import DecodedSequence
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.pipelines.sentence_model import SentenceModel
from core.pipelines.spelling_results import CheckedWord, Correction, Spelling

CANDIDATES = 5
THRESHOLD = 2.25  # nats; chosen on validation data, see the report spelling-thresholds
MOST_SURE = 100  # nats: the highest threshold
_LONGEST = 30  # letters: the longest words that the model has learnt from

_BATCH = 1_024  # words that go through the model together; a text of the page has 667 at most

# What is no word though it has letters; all else that is written between letters parts words.
_NO_WORD = re.compile(
    r"""
    </?[A-Za-z][^<>]*>                          # tags of HTML
    | \S*(?:://|www\.|@|\\)\S*                # addresses, TeX
    | (?<!\S)[/~#]\S+                          # paths from the root or home, hashtags
    | [^\s<>]*/[^\s<>]*/[^\s<>]*               # other paths; and/or are two words
    | [^\s,;:!?…()\[\]{}<>"“”—–/]*             # and what between such signs has
      (?: [\d+=^|~] | \w[_*]+\w                # a digit, a sign of code,
        | \w\.(?![A-Z][a-z])\w )               # or a stop that ends no sentence: e.g., a.txt
      [^\s,;:!?…()\[\]{}<>"“”—–/]*
    """,
    re.VERBOSE,
)
_ACCENTS = "\u0300-\u036f"  # that stand behind their letters
_INSIDE = "'’\u00ad\u200b-\u200d\u2060\ufeff"  # of a word, between two letters
_LETTER = r"[^\W_]"  # of any alphabet
_WORD = re.compile(
    rf"(?<!{_LETTER})(?<![{_ACCENTS}])(?<!{_LETTER}[{_INSIDE}])"
    r"[A-Za-z]+(?:['’][A-Za-z]+)*"
    rf"(?![{_INSIDE}]?{_LETTER})(?![{_ACCENTS}])"
)


class SpellingCorrector:
    """Corrects words with one checkpoint; holds no state of a request."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._model = SentenceModel(checkpoint)

    def correct(self, text: str, threshold: float = THRESHOLD) -> Correction:
        """Return the text with its words corrected; what is no word stays as it is.

        Up to 1,024 words go through the model as one batch.

        Args:
            threshold: by how many nats the model must be surer of another word, its doubt in the
                word as it stands counted half, 0 … 100.

        Raises:
            UserError: the threshold is out of range.
        """
        if not 0 <= threshold <= MOST_SURE:  # NaN as well
            raise UserError(f"threshold must be from 0 to {MOST_SURE}, not {threshold}.")
        started = time.perf_counter()
        places = find_words(text)
        known = self.check([text[start:end] for start, end in places])
        words, parts, last = [], [], 0
        for start, end in places:
            word = replace(known[text[start:end]], start=start, end=end)
            words.append(word)
            parts += [text[last:start], word.corrected(threshold)]
            last = end
        corrected = "".join([*parts, text[last:]])
        seconds = time.perf_counter() - started
        return Correction(text, corrected, tuple(words), self.checkpoint.name, threshold, seconds)

    def check(self, words: Iterable[str]) -> dict[str, CheckedWord]:
        """Return what the model makes of each word, in the word's capitals."""
        words = set(words)
        plain = sorted({_plain(word) for word in words}, key=lambda word: (len(word), word))
        known: dict[str, CheckedWord] = {}
        for begin in range(0, len(plain), _BATCH):
            known |= self._check(plain[begin : begin + _BATCH])
        return {word: _like(word, known[_plain(word)]) for word in words}

    def _check(self, words: Sequence[str]) -> dict[str, CheckedWord]:
        """Return what the model makes of words in lower case, decoded as one batch."""
        # The likeliest, whatever their length.
        options = DecodingOptions("beam", CANDIDATES, length_penalty=0.0)
        found = self._model.decode_rows(self._model.encode(words), options, CANDIDATES)
        own = self._log_probs(words)
        spellings = [
            tuple(one for one in map(self._spelling, hypotheses) if one.text)  # nothing is no word
            for hypotheses in found
        ]
        return {
            word: CheckedWord(word, 0, len(word), log_prob, candidates)
            for word, log_prob, candidates in zip(words, own, spellings, strict=True)
        }

    def _spelling(self, found: DecodedSequence) -> Spelling:
        text = self._model.target_tokenizer.decode(found.tokens)
        assert found.attention is not None
        rows = tuple(tuple(row) for row in found.attention.tolist())
        return Spelling(text, sum(found.log_probs), rows)

    @torch.inference_mode()
    def _log_probs(self, words: Sequence[str]) -> list[float]:
        """Return what the model gives to each word as its own correction."""
        source, target = self._model.source_tokenizer, self._model.target_tokenizer
        rows = zip(source.encode_batch(words), target.encode_batch(words), strict=True)
        model = self._model.model
        batch = make_batch(list(rows), source, target).to(model.device)
        features, _ = model(batch.source, batch.lengths, batch.target_input)
        log_probs = model.decoder.project(features).log_softmax(dim=2)  # (B, T, V)
        outputs = batch.target_output.where(batch.is_target, 0)
        chosen = log_probs.gather(2, outputs[..., None])[..., 0]  # (B, T)
        return (chosen * batch.is_target).sum(dim=1).tolist()


def find_words(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each word that can be checked.

    Not in there: addresses, code, what has a digit, single letters, words of more than 30 letters,
    with letters of another alphabet or accents, or with capitals inside.
    """
    hidden = _NO_WORD.sub(lambda match: " " * len(match[0]), text)
    return [
        match.span()
        for match in _WORD.finditer(hidden)
        if 1 < len(match[0]) <= _LONGEST and _has_usual_capitals(match[0])
    ]


def _has_usual_capitals(word: str) -> bool:
    return word.islower() or word.isupper() or word[1:].islower()


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _like(word: str, checked: CheckedWord) -> CheckedWord:
    """Return what was made of a word in lower case as what is made of the word itself."""
    candidates = tuple(
        replace(one, text=_in_capitals_of(word, one.text)) for one in checked.candidates
    )
    return replace(checked, text=word, candidates=candidates)


def _in_capitals_of(word: str, text: str) -> str:
    """Return text with the capitals and the apostrophe of a word."""
    if "’" in word:
        text = text.replace("'", "’")
    if word.islower():
        return text
    return text.upper() if word.isupper() else text[:1].upper() + text[1:]
