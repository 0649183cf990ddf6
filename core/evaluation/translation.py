"""BLEU, chrF and TER of a translator, by sacrebleu, on detokenized text with its case."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from core.decoding.options import DecodingOptions
from core.decoding.stopping import check_wanted
from core.errors import UserError
from core.pipelines.translator import Translator


@dataclass(frozen=True)
class TranslationScores:
    """Figures of a file of n sentences, each with the signature that says how it was computed."""

    bleu: float  # 0 … 100
    chrf: float  # 0 … 100
    ter: float  # edits per 100 reference words
    signature: str
    chrf_signature: str
    ter_signature: str
    n: int
    seconds: float  # of translating

    def figures(self) -> dict[str, tuple[float, str]]:
        """Return the value and the signature of each metric."""
        return {
            "bleu": (self.bleu, self.signature),
            "chrf": (self.chrf, self.chrf_signature),
            "ter": (self.ter, self.ter_signature),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return dataclasses.asdict(self)


class _StoppableTER(TER):
    """TER that asks before each line whether anyone waits for it: a long line takes seconds."""

    def _compute_segment_statistics(self, hypothesis: str, ref_kwargs: dict) -> list[float]:
        check_wanted()
        return super()._compute_segment_statistics(hypothesis, ref_kwargs)


def score_texts(
    translations: Sequence[str], references: Sequence[str], seconds: float
) -> TranslationScores:
    """Score translations against one reference each.

    Raises:
        UserError: there are none, or not as many of one as of the other.
    """
    if not translations or len(translations) != len(references):
        raise UserError(
            f"There are {len(translations)} sentences and {len(references)} references;"
            " each sentence needs one reference."
        )
    bleu, chrf, ter = BLEU(), CHRF(), _StoppableTER()
    return TranslationScores(
        bleu=bleu.corpus_score(translations, [references]).score,
        chrf=chrf.corpus_score(translations, [references]).score,
        ter=ter.corpus_score(translations, [references]).score,
        signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        ter_signature=str(ter.get_signature()),
        n=len(translations),
        seconds=seconds,
    )


def score_sentence(translation: str, reference: str) -> TranslationScores:
    """Score one translation; BLEU counts only the n-grams that a sentence of its length has."""
    bleu, chrf, ter = BLEU(effective_order=True), CHRF(), _StoppableTER()
    return TranslationScores(
        bleu=bleu.sentence_score(translation, [reference]).score,
        chrf=chrf.sentence_score(translation, [reference]).score,
        ter=ter.sentence_score(translation, [reference]).score,
        signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        ter_signature=str(ter.get_signature()),
        n=1,
        seconds=0.0,
    )


def translate_all(
    translator: Translator,
    sources: Sequence[str],
    options: DecodingOptions,
    progress: Callable[[int], None] = lambda count: None,
) -> tuple[list[str], float]:
    """Return the translation of each line, and the seconds that it took."""
    started = time.perf_counter()
    translations = [""] * len(sources)
    for number, text in translator.translate_lines(sources, options):
        translations[number] = text
        progress(1)
    return translations, time.perf_counter() - started
