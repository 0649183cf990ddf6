"""The real corpora: what they hold, and that no held-out sentence is in a training part.

They need the files of the corpora, and run where $SEQLENS_DATA has them.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.checkpoint import load_checkpoint
from core.data.catalogue import CORPORA
from core.data.corpora import ARXIV, Pair, parallel_corpus
from core.data.documents import TextData, load_arxiv, load_arxiv_subset, load_wikitext
from core.data.splits import TATOEBA_TEST, TATOEBA_VALID, ParallelData, load_all, load_multi30k
from core.evaluation.alignment import read_aligned_pairs
from core.evaluation.held_out import NUMERALS, numeral_sentences
from core.pipelines.named import CHECKPOINTS, DEFAULT_WRITER
from core.tokenizers.word import WordTokenizer

ROOT = os.environ.get("SEQLENS_DATA", "")
FILES = [Path(ROOT) / (one.folder or one.name) / file.name for one in CORPORA for file in one.files]
WIKITEXT = [
    Path(ROOT) / "wikitext-2" / f"wiki.{part}.tokens" for part in ("train", "valid", "test")
]

pytestmark = pytest.mark.skipif(
    not ROOT or not all(file.is_file() for file in FILES),
    reason="$SEQLENS_DATA does not have the corpora",
)


@pytest.fixture(scope="module")
def everything() -> ParallelData:
    return load_all()


@pytest.fixture(scope="module")
def multi30k() -> ParallelData:
    return load_multi30k()


def held_out(data: ParallelData) -> Iterator[tuple[str, Pair]]:
    for kind, parts in (("valid", data.valid), ("test", data.test)):
        for name, pairs in parts.items():
            for pair in pairs:
                yield f"{kind} {name}", pair


def words_alone(text: str) -> str:
    """The text without case and punctuation; not by way of core's own sentence_key."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def sentences(pairs: list[Pair]) -> set[str]:
    return {words_alone(side) for pair in pairs for side in (pair.source, pair.target)}


def test_no_held_out_sentence_of_any_corpus_is_in_a_training_part(
    everything: ParallelData, multi30k: ParallelData
) -> None:
    for trained in (everything, multi30k):
        known = sentences(trained.train)
        leaks = [
            (part, side)
            for data in (everything, multi30k)
            for part, pair in held_out(data)
            for side in (pair.source, pair.target)
            if words_alone(side) in known
        ]
        assert leaks == []


def test_no_numeral_sentence_is_in_a_training_part(everything: ParallelData) -> None:
    known = sentences(everything.train)
    assert [
        text for part in NUMERALS for text in numeral_sentences(part) if words_alone(text) in known
    ] == []


def test_no_sentence_with_gold_links_is_in_any_part(
    everything: ParallelData, multi30k: ParallelData
) -> None:
    known = sentences(everything.train) | sentences(multi30k.train)
    known |= {
        words_alone(side)
        for data in (everything, multi30k)
        for _, pair in held_out(data)
        for side in (pair.source, pair.target)
    }
    known |= {words_alone(text) for part in NUMERALS for text in numeral_sentences(part)}
    pairs = read_aligned_pairs()
    assert len(pairs) == 60
    assert [p for p in pairs if {words_alone(p.source), words_alone(p.target)} & known] == []


def test_a_leak_would_be_found(everything: ParallelData) -> None:
    # Upstream's own split of the chat leaks; the same comparison must see it.
    raw = parallel_corpus("bcontrast-de-en").parts()
    known = sentences(raw["train"])
    assert sum(words_alone(pair.target) in known for pair in raw["dev"]) > 100


def test_the_parts_have_their_sizes(everything: ParallelData, multi30k: ParallelData) -> None:
    assert len(everything.test["tatoeba"]) == TATOEBA_TEST == 2000
    assert len(everything.valid["tatoeba"]) == TATOEBA_VALID == 1000
    for data in (everything, multi30k):
        assert len(data.test["test_2016_flickr"]) == 1000
        assert len(data.test["test_2017_flickr"]) == 1000
        assert len(data.valid["multi30k"]) == 1014
    assert len(everything.valid["bcontrast"]) > 1000
    assert len(everything.train) > 200_000
    assert 28_900 < len(multi30k.train) <= 29_000


def test_published_test_sets_are_as_upstream_has_them(everything: ParallelData) -> None:
    raw = parallel_corpus("multi30k-de-en").parts()
    for part in ("test_2016_flickr", "test_2017_flickr"):
        assert everything.test[part] == raw[part]


def test_every_corpus_is_read_with_german_first() -> None:
    tatoeba = parallel_corpus("tatoeba-de-en").parts()["all"]
    assert len(tatoeba) == 169_813
    assert tatoeba[0] == Pair("Hallo!", "Hi.")
    chat = parallel_corpus("bcontrast-de-en").parts()
    assert (len(chat["train"]), len(chat["dev"])) == (13_845, 1_902)
    for pairs in (tatoeba, chat["train"], parallel_corpus("multi30k-de-en").parts()["train"]):
        german = sum(" ist " in f" {p.source} " for p in pairs)
        assert german > 20 * sum(" ist " in f" {p.target} " for p in pairs)


@pytest.fixture(scope="module")
def arxiv() -> TextData:
    return load_arxiv()


def test_the_abstracts_have_their_numbers(arxiv: TextData) -> None:
    assert (len(arxiv.train), len(arxiv.valid), len(arxiv.test)) == (16_605, 968, 917)
    for part in (arxiv.train, arxiv.valid, arxiv.test):
        assert not any("\n" in text or text != text.strip() for text in part)
        assert all(len(text) > 20 for text in part)
    assert sum(map(len, arxiv.test)) / 917 == pytest.approx(1_000, abs=100)


def test_no_held_out_abstract_is_in_the_training_part(arxiv: TextData) -> None:
    trained, valid, test = (
        set(map(words_alone, part)) for part in (arxiv.train, arxiv.valid, arxiv.test)
    )
    assert not trained & valid and not trained & test
    # One abstract was sent in under two ids; it is held out twice.
    assert len(valid & test) == 1


def test_a_leak_of_abstracts_would_be_found(arxiv: TextData) -> None:
    # Papers of both categories: their second copies would be leaks, were the split not by id.
    parts = ARXIV.parts()
    both = {paper.arxiv_id for paper in parts["cs.CL"]} & {p.arxiv_id for p in parts["cs.NE"]}
    assert len(both) == 325
    twice = {words_alone(paper.text) for paper in parts["cs.CL"] if paper.arxiv_id in both}
    kept = [words_alone(text) for text in (*arxiv.train, *arxiv.valid, *arxiv.test)]
    assert 300 < sum(text in twice for text in kept) < 350
    # By lines, the second copies of the held-out ones would be in the training part.
    held_out = {words_alone(text) for text in (*arxiv.valid, *arxiv.test)}
    assert len(twice & held_out) > 20


def test_at_most_a_fortieth_of_the_held_out_words_is_unknown(arxiv: TextData) -> None:
    tokenizer = load_checkpoint(CHECKPOINTS / DEFAULT_WRITER).target_tokenizer
    for part in (arxiv.valid, arxiv.test):
        ids = [token for row in tokenizer.encode_batch(part) for token in row]
        assert 0.01 < ids.count(tokenizer.unk_id) / len(ids) <= 0.025


def test_the_subset_is_of_the_same_parts(arxiv: TextData) -> None:
    subset = load_arxiv_subset()
    assert (len(subset.train), len(subset.valid)) == (1_800, 200)
    assert set(subset.train) <= set(arxiv.train) and set(subset.valid) <= set(arxiv.valid)
    # Of all years, though the parts are in their order.
    assert arxiv.train.index(subset.train[0]) == 0
    assert arxiv.train.index(subset.train[-1]) > 16_000


@pytest.mark.skipif(
    not all(path.is_file() or path.with_name(f"{path.name}.gz").is_file() for path in WIKITEXT),
    reason="$SEQLENS_DATA does not have WikiText-2",
)
def test_wikitext_has_the_published_vocabulary() -> None:
    data = load_wikitext()
    tokenizer = WordTokenizer.train(data.train, min_frequency=1, split="space")
    assert len(tokenizer.vocabulary) + 1 == 33_278  # with the end of a line; <unk> is an entry
    assert "<unk>" in tokenizer.vocabulary
    ids = [token for row in tokenizer.encode_batch(data.test) for token in row]
    assert tokenizer.unk_id not in ids
    assert len(ids) + len(data.test) == 245_569
