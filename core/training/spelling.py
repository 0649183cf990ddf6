"""Training a spelling corrector: misspelt words letter by letter, and words that are right."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from math import log
from pathlib import Path

from core.data.batching import BatchStream
from core.data.corpora import Pair
from core.data.misspell import misspell
from core.data.spelling import SLIPS, SpellingData, load_spelling, pairs_of, readable
from core.data.spelling_corpora import CountedWord
from core.history import History
from core.models.seq2seq import Seq2Seq
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import Tokenizer
from core.training.misspelling import draw_misspellings, load_misspeller
from core.training.model_card import Origin, spelling_card
from core.training.pairs import PairTask
from core.training.recipes import SpellingRecipe

_MisspellAll = Callable[[Sequence[str], random.Random], list[str]]

_DRAWN = Pair("", "")  # stands for a word of the dictionary, drawn anew in each epoch
_TRIES = 5  # to misspell a word as what is no word itself
_AS_PEOPLE_DO = 0.7  # share of the made-up misspellings that are a misspeller's
_MISSPELT = 30_000  # rank of the rarest word that is drawn to be misspelt
_CONTRACTIONS = 1_000  # rank that is given to "don't" and the like: nobody has counted them


class SpellingTask(PairTask):
    """See :class:`core.training.task.Task`."""

    recipe: SpellingRecipe

    def __init__(self, recipe: SpellingRecipe, data: SpellingData | None = None) -> None:
        """``data`` is by default that of the recipe, without what can't be read.

        It is validated on slips then, as the misspeller that it learns from is.
        """
        self.recipe, self.teacher_forcing = recipe, recipe.teacher_forcing
        removed = recipe.data == "spelling"
        self.data = data or readable(load_spelling(tests_removed=removed))
        self._valid = data.valid if data else load_spelling(removed, lists=SLIPS).valid
        self._words = [one.word for one in self.data.words]
        counts = _counts(self.data.words)
        self._often_misspelt = list(accumulate(_by_root(counts, _MISSPELT)))
        self._often_right = list(accumulate(_by_logarithm(counts)))
        self._as_people_do: _MisspellAll = _by_chance  # where nothing is made up, none is needed
        if recipe.made_up:
            misspeller = load_misspeller(Path(recipe.misspeller))
            self._as_people_do = partial(draw_misspellings, misspeller)
        # Made up by chance as well: then a validation would measure what was read.
        self._never = {*self.data.valid, *(pairs_of(self.data.test) if removed else ())}
        self._no_misspellings = {*self._words, *self.data.unseen, *self.data.unseen_valid, ""}

    def tokenizer(self) -> Tokenizer:
        return CharacterTokenizer.train(self._words, min_frequency=2)

    def stream(self, tokenizer: Tokenizer) -> BatchStream:
        recipe = self.recipe
        pairs = [*self.data.train, *[_DRAWN] * (recipe.made_up + recipe.right)]
        return BatchStream(
            pairs, tokenizer, tokenizer, recipe.batch_tokens, recipe.seed, self._draw, 0.0
        )

    def _draw(self, pairs: Sequence[Pair], chance: random.Random) -> list[Pair]:
        """Return the pairs of the lists as they are, and words for the others: misspelt or right.

        Each epoch makes misspellings of its own. Read often, they would be learnt by heart.
        """
        listed = [pair for pair in pairs if pair is not _DRAWN]
        drawn = len(pairs) - len(listed)
        wrong = round(drawn * self.recipe.made_up / max(1, self.recipe.made_up + self.recipe.right))
        misspelt = chance.choices(self._words, cum_weights=self._often_misspelt, k=wrong)
        right = chance.choices(self._words, cum_weights=self._often_right, k=drawn - wrong)
        made = [*self._misspelt(misspelt, chance), *(Pair(word, word) for word in right)]
        return [*listed, *(pair for pair in made if pair not in self._never)]

    def _misspelt(self, words: Sequence[str], chance: random.Random) -> list[Pair]:
        many = round(_AS_PEOPLE_DO * len(words))
        return [
            *self._tried(words[:many], self._as_people_do, chance),
            *self._tried(words[many:], _by_chance, chance),
        ]

    def _tried(
        self, words: Sequence[str], misspell_all: _MisspellAll, chance: random.Random
    ) -> list[Pair]:
        """Return a misspelling of each word; the word itself where a few tries gave none."""
        found: list[Pair] = []
        for _ in range(_TRIES):
            made = list(map(Pair, misspell_all(words, chance), words))
            found += [pair for pair in made if pair.source not in self._no_misspellings]
            words = [pair.target for pair in made if pair.source in self._no_misspellings]
        return found + [Pair(word, word) for word in words]

    def valid_pairs(self) -> list[Pair]:
        """Return those of the lists of slips."""
        return self._valid

    def card(self, name: str, model: Seq2Seq, history: History, origin: Origin) -> str:
        return spelling_card(name, self.recipe, model, history, origin)


def _by_chance(words: Sequence[str], chance: random.Random) -> list[str]:
    return [misspell(word, chance) for word in words]


def _counts(words: Sequence[CountedWord]) -> list[int]:
    """Return how often each word stands in a large corpus, contractions as a common word."""
    common = sorted((one.count for one in words), reverse=True)[:_CONTRACTIONS][-1]
    return [common if "'" in one.word else one.count for one in words]


def _by_root(counts: Sequence[int], most: int) -> list[float]:
    """Return weights: the square roots of counts, and 0 for all but the ``most`` commonest words.

    So are the words of the lab's list: its quartiles are the 1,580th, 4,887th and 12,398th word of
    the dictionary, those of what is drawn the 1,349th, 5,004th and 12,906th.
    """
    least = sorted(counts, reverse=True)[:most][-1]
    return [count**0.5 if count >= least else 0.0 for count in counts]


def _by_logarithm(counts: Sequence[int]) -> list[float]:
    """Return weights: 1 + the logarithm of how many times as common as the rarest word."""
    least = min(counts)
    return [1 + log(count / least) for count in counts]
