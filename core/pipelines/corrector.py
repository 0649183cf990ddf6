"""A spelling corrector: which words of a text the model would write in another way.

A word is changed only where the model is surer of another one than of the word itself.
"""

import re
import time
from collections.abc import Sequence

import torch

from core.checkpoint import Checkpoint
from core.data.batching import make_batch
from core.decoding.hypothesis import DecodedSequence
from core.decoding.options import DecodingOptions
from core.pipelines.sentence_model import SentenceModel
from core.pipelines.spelling_results import CheckedWord, Correction, Spelling

CANDIDATES = 5
THRESHOLD = 5.0  # nats; chosen on validation data, see the report spelling-thresholds
_LONGEST = 30  # letters: the longest words that the model has learnt from

# What stands between spaces and is no word: an address, a number, code.
_NO_WORD = re.compile(r"\S*(?:://|www\.|[@\d_/\\#<>=+*~^|{}\[\]]|\w\.\w)\S*")
_WORD = re.compile(r"(?<!\w)[A-Za-z]+(?:['’][A-Za-z]+)*(?!\w)")


class SpellingCorrector:
    """Corrects words with one checkpoint; holds no state of a request."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._model = SentenceModel(checkpoint)

    def correct(self, text: str, threshold: float = THRESHOLD) -> Correction:
        """Return the text with its words corrected; what is no word stays as it is.

        All words go through the model as one batch.

        Args:
            threshold: by how many nats the model must be surer of another word.
        """
        started = time.perf_counter()
        places = find_words(text)
        known = self.check(sorted({_plain(text[start:end]) for start, end in places}))
        words, parts, last = [], [], 0
        for start, end in places:
            word = _in_place(text[start:end], start, known[_plain(text[start:end])])
            words.append(word)
            parts += [text[last:start], word.corrected(threshold)]
            last = end
        corrected = "".join([*parts, text[last:]])
        seconds = time.perf_counter() - started
        return Correction(text, corrected, tuple(words), self.checkpoint.name, threshold, seconds)

    def check(self, words: Sequence[str]) -> dict[str, CheckedWord]:
        """Return what the model makes of words in lower case, decoded as one batch."""
        if not words:
            return {}
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
        tokenizer, model = self._model.target_tokenizer, self._model.model
        rows = tokenizer.encode_batch(words)
        pairs = list(zip(rows, rows, strict=True))
        batch = make_batch(pairs, tokenizer, tokenizer).to(model.device)
        features, _ = model(batch.source, batch.lengths, batch.target_input)
        log_probs = model.decoder.project(features).log_softmax(dim=2)  # (B, T, V)
        outputs = batch.target_output.where(batch.is_target, 0)
        chosen = log_probs.gather(2, outputs[..., None])[..., 0]  # (B, T)
        return (chosen * batch.is_target).sum(dim=1).tolist()


def find_words(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each word that can be checked.

    Not in there: addresses, numbers, single letters, words of more than 30 letters, of another
    alphabet, or with capitals inside.
    """
    hidden = _NO_WORD.sub(lambda match: "0" * len(match[0]), text)
    return [
        match.span()
        for match in _WORD.finditer(hidden)
        if 1 < len(match[0]) <= _LONGEST and _has_usual_capitals(match[0])
    ]


def _has_usual_capitals(word: str) -> bool:
    return word.islower() or word.isupper() or word[1:].islower()


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _like(word: str, text: str) -> str:
    """Return text with the capitals and the apostrophe of a word."""
    if "’" in word:
        text = text.replace("'", "’")
    if word.islower():
        return text
    return text.upper() if word.isupper() else text[:1].upper() + text[1:]


def _in_place(word: str, start: int, checked: CheckedWord) -> CheckedWord:
    candidates = tuple(
        Spelling(_like(word, one.text), one.log_prob, one.attention) for one in checked.candidates
    )
    return CheckedWord(word, start, start + len(word), checked.log_prob, candidates)
