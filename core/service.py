"""The one object that the page, the API and the command line call."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from core.decoding.options import DecodingOptions
from core.decoding.stopping import stop_when as stop_when
from core.errors import UserError
from core.evaluation.diversity import Diversity as Diversity
from core.evaluation.diversity import diversity
from core.evaluation.perplexity import score_documents
from core.evaluation.stored_reports import Report as Report
from core.evaluation.stored_reports import find_report, report_titles
from core.evaluation.translation import TranslationScores as TranslationScores
from core.evaluation.translation import score_sentence, score_texts
from core.inspection.bptt import SLIPS as SLIPS
from core.inspection.derivation import MOST_TOKENS as MOST_TOKENS
from core.inspection.derivation import Derivation as Derivation
from core.inspection.derivation import derive
from core.inspection.gradients import GradientComparison as GradientComparison
from core.inspection.gradients import compare_gradients
from core.inspection.held_out import read_units
from core.inspection.inspector import inspect
from core.inspection.results import FoundUnit as FoundUnit
from core.inspection.results import Inspection as Inspection
from core.inspection.results import LayerTrace as LayerTrace
from core.inspection.results import Quantity as Quantity
from core.pipelines.corrector import THRESHOLD as THRESHOLD
from core.pipelines.generation import Distribution, Generation, ScoredText, Step
from core.pipelines.joined import replace_sentence
from core.pipelines.named import CHECKPOINTS as CHECKPOINTS
from core.pipelines.named import DEFAULT as DEFAULT
from core.pipelines.named import DEFAULT_CORRECTOR as DEFAULT_CORRECTOR
from core.pipelines.named import DEFAULT_WRITER as DEFAULT_WRITER
from core.pipelines.named import NamedPipelines
from core.pipelines.results import BeamTree, ForcedAttention, Hypothesis, Translation
from core.pipelines.spelling_results import Correction

# Trained alike but for the kind of cell.
KINDS = ("lm-arxiv-word-rnn", "lm-arxiv-word-gru", "lm-arxiv-word-lstm")


class Service(NamedPipelines):
    """What can be asked of named checkpoints: plain arguments in, frozen dataclasses out."""

    def reports(self) -> dict[str, str]:
        """Return the titles of stored results and of training runs, by name."""
        return report_titles(self.root)

    def report(self, name: str) -> Report:
        """Return a stored result or a training run, in the form of core.report.

        Raises:
            UserError: there is none of that name, or its file is damaged.
        """
        return find_report(self.root, name)

    def translate(
        self,
        text: str,
        checkpoint: str = DEFAULT,
        method: str = "beam",
        beam: int = 5,
        length_penalty: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> Translation:
        """Translate a text.

        Args:
            prefix: characters that the translation begins with; of one sentence alone.
            tokens: target ids that it begins with, in place of a prefix.
            forced: attention in place of the model's own; of one sentence alone.

        Raises:
            UserError: an unknown checkpoint, a value out of range, or nothing to translate.
        """
        options = DecodingOptions(method, beam, length_penalty, temperature, seed)
        return self.translator(checkpoint).translate(text, options, prefix, tokens, forced)

    def score(
        self,
        text: str,
        target: str | Sequence[int],
        checkpoint: str = DEFAULT,
        alternatives: int = 0,
        forced: Sequence[ForcedAttention] = (),
    ) -> Hypothesis:
        """Return what the model gives to a translation of one sentence; see Translator.score."""
        return self.translator(checkpoint).score(text, target, alternatives, forced)

    def beam_tree(
        self,
        text: str,
        checkpoint: str = DEFAULT,
        beam: int = 5,
        length_penalty: float = 1.0,
        prefix: str = "",
        tokens: Sequence[int] = (),
        forced: Sequence[ForcedAttention] = (),
    ) -> BeamTree:
        """Return all hypotheses of the beam search for one sentence; see Translator.beam_tree."""
        options = DecodingOptions("beam", beam, length_penalty)
        return self.translator(checkpoint).beam_tree(text, options, prefix, tokens, forced)

    def translate_lines(
        self,
        lines: Sequence[str],
        checkpoint: str = DEFAULT,
        method: str = "beam",
        beam: int = 5,
        length_penalty: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> list[str]:
        """Return the translation of each line, empty for a blank one."""
        options = DecodingOptions(method, beam, length_penalty, temperature, seed)
        found = dict(self.translator(checkpoint).translate_lines(lines, options))
        return [found[number] for number in range(len(lines))]

    def prompt(
        self,
        prompt: str = "",
        checkpoint: str = DEFAULT_WRITER,
        max_tokens: int = 100,
        **options: Any,
    ) -> Generation:
        """Return a generation of which nothing is written yet.

        Args:
            options: fields of DecodingOptions.

        Raises:
            UserError: an unknown checkpoint, or a value out of range.
        """
        return self.generator(checkpoint).prompt(prompt, DecodingOptions(**options), max_tokens)

    def generate(self, generation: Generation) -> Iterator[Step]:
        """Yield the steps that a generation goes on with; see TextGenerator.write."""
        return self.generator(generation.checkpoint).write(generation)

    def ended(self, generation: Generation) -> Generation:
        """Return a generation with the mark whether the model has ended it."""
        return self.generator(generation.checkpoint).ended(generation)

    def search(self, generation: Generation) -> Generation:
        """Return a generation written by a beam method; see TextGenerator.search."""
        return self.generator(generation.checkpoint).search(generation)

    def distribution(self, generation: Generation, index: int) -> Distribution:
        """Return what the model gave to a token; see TextGenerator.distribution."""
        return self.generator(generation.checkpoint).distribution(generation, index)

    def score_text(self, text: str, checkpoint: str = DEFAULT_WRITER) -> ScoredText:
        """Return how surprised a language model is by a text; see TextGenerator.score."""
        writer = self.generator(checkpoint)
        scored = writer.score(text)
        figures = score_documents(writer.model, writer.tokenizer, [scored.text])
        return replace(scored, comparable_bits_per_character=figures.comparable_bits_per_character)

    def correct(
        self, text: str, checkpoint: str = DEFAULT_CORRECTOR, threshold: float = THRESHOLD
    ) -> Correction:
        """Return a text with its misspelt words corrected; see SpellingCorrector.correct."""
        return self.corrector(checkpoint).correct(text, threshold)

    def inspect(self, text: str, checkpoint: str = DEFAULT_WRITER) -> Inspection:
        """Return the gates and states of a checkpoint of any kind; see core.inspection.inspector.

        Raises:
            UserError: an unknown checkpoint, nothing to read, or more than it reads at a time.
        """
        found = inspect(self.pipeline(checkpoint), text)
        return replace(found, units=read_units(self.root / checkpoint))

    def gradient_flow(
        self,
        text: str,
        checkpoints: Sequence[str] = KINDS,
        token: int | None = None,
        clip: float = 1.0,
    ) -> GradientComparison:
        """Return how the gradient of a token's loss fades, in several language models.

        Args:
            token: its number in the text, from 0; by default the last.
            clip: what the norm of the gradient of all parameters is clipped at.

        Raises:
            UserError: an unknown checkpoint or token, or models that do not read alike.
        """
        if not checkpoints:
            raise UserError("Choose one checkpoint or more.")
        writers = [self.generator(name).checkpoint for name in checkpoints]
        return compare_gradients(writers, text, token, clip)

    def bptt(
        self, text: str, units: str = "word", hidden: int = 4, seed: int = 0, slip: str = "none"
    ) -> Derivation:
        """Return backpropagation through time by hand for a short text; see derive."""
        return derive(text, units, hidden, seed, slip)

    def diversity(self, generation: Generation) -> Diversity:
        """Return how varied the text is that was written, its prompt left out."""
        return diversity("".join(step.text for step in generation.steps))

    def compare(self, translations: Sequence[str], references: Sequence[str]) -> TranslationScores:
        """Return BLEU, chrF and TER of translations, one or many, with a reference for each."""
        if len(translations) == len(references) == 1:
            return score_sentence(translations[0], references[0])
        return score_texts(translations, references, seconds=0.0)

    def replace_sentence(self, whole: Translation, index: int, part: Translation) -> Translation:
        """Return the translation of the whole text with another one of its sentence ``index``."""
        return replace_sentence(whole, index, part)
