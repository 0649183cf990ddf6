"""The spelling data's parts; run where $SEQLENS_DATA has the lists."""

import dataclasses
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest

from core.data.corpora import Pair
from core.data.spelling import SLIPS, SpellingData, load_spelling, pairs_of, readable
from core.data.spelling_corpora import DICTIONARY, MISSPELLINGS
from core.training import spelling
from core.training.misspelling import MisspellingTask
from core.training.recipes import SpellingRecipe, find_recipe
from core.training.spelling import SpellingTask

FOLDER = Path(os.environ.get("SEQLENS_DATA", ""), "spelling")
FILES = [FOLDER / file.name for file in (*MISSPELLINGS.files, *DICTIONARY.files)]
pytestmark = pytest.mark.skipif(
    not os.environ.get("SEQLENS_DATA") or not all(file.is_file() for file in FILES),
    reason="$SEQLENS_DATA does not have the lists of misspellings",
)


@pytest.fixture(scope="module")
def data() -> SpellingData:
    return load_spelling()


@pytest.fixture(scope="module")
def recipe() -> Iterator[SpellingRecipe]:
    """That of spell-en, with a misspeller that writes words backwards."""
    found = find_recipe("spell-en")
    assert isinstance(found, SpellingRecipe)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spelling, "load_misspeller", lambda folder: None)
        patch.setattr(
            spelling, "draw_misspellings", lambda _, words, chance: [word[::-1] for word in words]
        )
        yield dataclasses.replace(found, made_up=50_000, right=20_000)


@pytest.fixture(scope="module")
def read(data: SpellingData, recipe: SpellingRecipe) -> list[Pair]:
    """All pairs of an epoch: those of the lists and those that are drawn."""
    task = SpellingTask(recipe, readable(data))
    stream = task.stream(task.tokenizer())
    return stream.augment(stream.pairs, random.Random(1))


def slips() -> set[Pair]:
    parts = MISSPELLINGS.parts()
    return {Pair(one.source.lower(), one.target.lower()) for name in SLIPS for one in parts[name]}


def test_the_lists_have_their_numbers(data: SpellingData) -> None:
    assert {name: len(part) for name, part in data.test.items()} == {"test": 50, "new_test": 50}
    assert (len(data.train), len(data.valid)) == (33_149, 1_192)
    assert (len(data.unseen), len(data.unseen_valid)) == (1_000, 350)
    assert len(data.words) > 80_000


def test_misspellings_that_nobody_could_read_are_left_out(data: SpellingData) -> None:
    kept = readable(data)
    assert len(kept.train) == 24_552
    assert (kept.valid, kept.words) == (data.valid, data.words)  # what is measured stays as it is
    left_out = {*data.train} - {*kept.train}
    assert Pair("definately", "definitely") not in left_out
    assert all(abs(len(pair.source) - len(pair.target)) < 9 for pair in kept.train)


def test_no_pair_of_a_test_is_read_in_training(data: SpellingData, read: list[Pair]) -> None:
    tested = {(pair.source, pair.target) for part in data.test.values() for pair in part}
    assert len(tested) == 100
    assert not tested & {(pair.source, pair.target) for pair in read}
    assert not tested & {(pair.source, pair.target) for pair in data.valid}


def test_made_up_pairs_are_never_those_of_a_test_or_of_the_validation(
    data: SpellingData, recipe: SpellingRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A misspeller that makes what the tests and the validation ask for.
    held_out = pairs_of(data.test) | {*data.valid}
    asked: defaultdict[str, list[str]] = defaultdict(lambda: ["zzz"])
    for pair in held_out:
        asked[pair.target].append(pair.source)
    monkeypatch.setattr(
        spelling,
        "draw_misspellings",
        lambda _, words, chance: [chance.choice(asked[word]) for word in words],
    )
    words = [one for one in data.words if one.word in {p.target for p in held_out}]
    task = SpellingTask(recipe, SpellingData(data.train, words, data.valid, [], [], data.test))
    stream = task.stream(task.tokenizer())
    drawn = {*stream.augment(stream.pairs[len(data.train) :][:20_000], random.Random(1))}
    assert not drawn & held_out
    assert len(drawn) > 2_000
    assert any(pair.source == "zzz" for pair in drawn)


def test_contractions_are_misspelt_like_common_words(read: list[Pair]) -> None:
    # The dictionary has one count for all of them, which would make them too rare to be drawn.
    drawn = Counter(pair.target for pair in read[24_552:] if pair.source != pair.target)
    assert drawn["don't"] > 1 and drawn["you're"] > 1
    assert sum("'" in word for word in drawn.elements()) > 200


def test_the_words_that_are_misspelt_are_as_common_as_those_of_the_labs_list(
    read: list[Pair],
) -> None:
    rank = {one.word: place for place, one in enumerate(DICTIONARY.parts()["all"])}
    listed = [pair.target.lower() for pair in MISSPELLINGS.parts()["train"]]
    drawn = [pair.target for pair in read[24_552:] if pair.source != pair.target]
    of_list, of_drawn = (
        quantiles([rank.get(word, len(rank)) for word in words]) for words in (listed, drawn)
    )
    assert of_drawn == pytest.approx(of_list, rel=0.2)


def test_a_misspeller_learns_the_lists_the_other_way_round(data: SpellingData) -> None:
    task = MisspellingTask(find_recipe("misspell-en"))
    pairs = task.stream(task.tokenizer()).pairs
    back = [Pair(pair.target, pair.source) for pair in pairs]
    assert {*back} == slips() & {*readable(data).train}
    assert len(back) == 10_961
    assert not {*back} & pairs_of(data.test)
    assert {Pair(p.target, p.source) for p in task.valid_pairs()} < {*data.valid}


def test_unseen_words_are_nowhere(data: SpellingData, read: list[Pair]) -> None:
    unseen = {*data.unseen, *data.unseen_valid}
    assert len(unseen) == 1_350
    assert not unseen & {"for", "with", "could", "business"}  # which nobody can do without
    assert not unseen & {side for pair in read for side in (pair.source, pair.target)}
    assert not unseen & {side for pair in data.valid for side in (pair.source, pair.target)}


def test_validation_is_by_word_and_that_of_a_run_is_of_slips(
    data: SpellingData, recipe: SpellingRecipe
) -> None:
    assert {*SpellingTask(recipe).valid_pairs()} == slips() & {*data.valid}
    assert not {pair.target for pair in data.valid} & {pair.target for pair in data.train}


def test_no_misspelling_is_a_word_and_words_stay(data: SpellingData, read: list[Pair]) -> None:
    known = {*(one.word for one in data.words), *data.unseen, *data.unseen_valid}
    wrong = [pair for pair in read if pair.source != pair.target]
    assert not known & {pair.source for pair in wrong}
    share = 1 - len(wrong) / len(read)
    assert 0.2 < share < 0.3
    assert all(pair.source.strip() and pair.target.strip() for pair in read)


def test_the_leak_of_the_lab_is_there_when_it_is_asked_for(data: SpellingData) -> None:
    leaked = load_spelling(tests_removed=False)
    pairs = {*leaked.train, *leaked.valid}
    known = {one.word for one in DICTIONARY.parts()["all"]}
    reachable = {pair for pair in pairs_of(data.test) if pair.source not in known}
    assert len(reachable) == 91
    assert reachable <= pairs
