"""Perplexity and bits per character, by hand on models that give each token one probability."""

import math
import random
from collections import Counter
from collections.abc import Sequence

import pytest
import torch

from core.evaluation.perplexity import TextScores, comparable_text, score_documents
from core.models.language_model import LanguageModel, LanguageModelConfig
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import ClosedTokenizer
from core.tokenizers.word import WordTokenizer
from tests.tiny import DOCUMENTS, characters, language_model, words

N = 1_114_112  # characters of Unicode
AB = WordTokenizer.train(["a a b b c"], 2)  # a 0, b 1, <unk> 2, </s> 3
A, B, UNK, EOS = P = (0.4, 0.3, 0.2, 0.1)


def unigram(tokenizer: ClosedTokenizer, probabilities: Sequence[float]) -> LanguageModel:
    """A model that gives these probabilities to ids 0, 1, …, whatever stands before."""
    made = LanguageModel(LanguageModelConfig(tokenizer.vocab_size, tokenizer.eos_id + 1))
    with torch.no_grad():
        made.embedding.weight.zero_()
        made.bias[: len(probabilities)] = torch.tensor(probabilities).log()
    return made.eval()


def score(documents: list[str], continuous: bool = False) -> TextScores:
    return score_documents(unigram(AB, P), AB, documents, continuous)


def spelt(text: str) -> float:
    """Nats of spelling in the training text of AB: twice "a ", twice "b ", once "c "."""
    counts = Counter("a a b b c ")
    return -sum(math.log((counts[sign] + 1 / N) / 11) for sign in text)


@pytest.mark.parametrize("continuous", [False, True])
def test_perplexity_is_of_each_token_and_the_end_of_each_document(continuous: bool) -> None:
    found = score(["a b", "a"], continuous)
    nats = -math.log(A * B * EOS * A * EOS)
    assert found.tokens == 5 and found.n == 2
    assert found.perplexity == pytest.approx(math.exp(nats / 5))
    assert found.bits_per_token == pytest.approx(nats / 5 / math.log(2))
    assert 2**found.bits_per_token == pytest.approx(found.perplexity)
    assert found.unknown_share == 0


def test_it_is_pooled_over_the_file_and_no_mean_of_documents() -> None:
    long, short = "a a a a a a a a a", "b"
    pooled = (A**9 * EOS * B * EOS) ** (-1 / 12)
    assert score([long, short]).perplexity == pytest.approx(pooled)
    mean = (score([long]).perplexity + score([short]).perplexity) / 2
    assert score([long, short]).perplexity < mean - 0.5
    # Nor is it 2 to the power of a loss in nats.
    assert score([short]).perplexity == pytest.approx((B * EOS) ** -0.5)
    assert 2 ** math.log(score([short]).perplexity) < score([short]).perplexity - 1


def test_an_empty_document_is_its_end_alone() -> None:
    assert score([""]).perplexity == pytest.approx(1 / EOS)
    assert (score(["", ""]).tokens, score(["", ""]).characters) == (2, 2)


def test_words_have_comparable_bits_alone_and_each_end_is_a_character() -> None:
    found = score(["a b", "a"])
    assert found.bits_per_character is None
    assert found.characters == 6
    bits = -math.log2(A * B * EOS * A * EOS)
    assert found.comparable_bits_per_character == pytest.approx(bits / 6)


def test_an_unknown_word_costs_its_mark_and_its_spelling() -> None:
    found = score(["a zc", "c"])
    assert found.tokens == 5
    assert found.unknown_share == pytest.approx(2 / 5)
    nats = -math.log(A * UNK * EOS * UNK * EOS)
    assert found.perplexity == pytest.approx(math.exp(nats / 5))  # without the spelling
    everything = (nats + spelt("zc ") + spelt("c ")) / math.log(2)
    assert found.comparable_bits_per_character == pytest.approx(everything / (5 + 2), rel=1e-5)


def test_comparable_text_is_what_a_word_model_reads() -> None:
    assert comparable_text("We don't  (yet) know.") == "we don ' t ( yet ) know ."
    assert comparable_text("") == ""
    found = score(["A,b"])  # "a , b" and the end: 6 characters
    nats = -math.log(A * UNK * B * EOS) + spelt(", ")
    assert found.characters == 4
    assert found.comparable_bits_per_character == pytest.approx(nats / math.log(2) / 6, rel=1e-5)


# Characters of the same training text: space 4, a 2, b 2, and c, which is unknown.
SIGNS = CharacterTokenizer.train(["a a b b c"], 2)
SPACE, A_SIGN, B_SIGN, UNK_SIGN, END = SIGNS_P = (0.3, 0.25, 0.2, 0.15, 0.1)


def test_characters_are_measured_on_the_text_as_it_is_and_on_the_comparable_one() -> None:
    found = score_documents(unigram(SIGNS, SIGNS_P), SIGNS, ["Ab.", "ba"])
    unseen = math.log(10 * N)  # nats of spelling "A" or "."
    plain = -math.log(UNK_SIGN * B_SIGN * UNK_SIGN * END * B_SIGN * A_SIGN * END)
    assert (found.tokens, found.characters) == (7, 7)
    assert found.perplexity == pytest.approx(math.exp(plain / 7))
    assert found.unknown_share == pytest.approx(2 / 7)
    bits = (plain + 2 * unseen) / math.log(2)
    assert found.bits_per_character == pytest.approx(bits / 7, rel=1e-5)
    # Compared on "ab ." and "ba": 4 + 2 characters and two ends.
    other = -math.log(A_SIGN * B_SIGN * SPACE * UNK_SIGN * END * B_SIGN * A_SIGN * END)
    bits = (other + unseen) / math.log(2)
    assert found.comparable_bits_per_character == pytest.approx(bits / 8, rel=1e-5)


def test_words_and_characters_are_compared_on_the_same_number_of_characters() -> None:
    # Both give each text one probability: a word of one letter is its letter and a space or end.
    text = "a b b a"
    word = unigram(AB, P)
    sign = unigram(SIGNS, SIGNS_P)
    by_word = score_documents(word, AB, [text])
    by_sign = score_documents(sign, SIGNS, [text])
    assert by_word.comparable_bits_per_character * 8 == pytest.approx(-math.log2(A**2 * B**2 * EOS))
    assert by_sign.comparable_bits_per_character * 8 == pytest.approx(
        -math.log2(A_SIGN**2 * B_SIGN**2 * SPACE**3 * END)
    )
    # On a text of that form, the two figures of a character model are one.
    assert by_sign.comparable_bits_per_character == by_sign.bits_per_character


def test_words_between_spaces_are_measured_on_the_comparable_text_as_well() -> None:
    # It keeps case, so that the comparable text has other tokens.
    tokenizer = WordTokenizer.train(["A a a."], 1, split="space")  # A 0, a 1, a. 2, <unk> 3
    found = score_documents(unigram(tokenizer, (0.1, 0.2, 0.3, 0.25, 0.15)), tokenizer, ["A a."])
    assert found.perplexity == pytest.approx((0.1 * 0.3 * 0.15) ** (-1 / 3))
    assert found.unknown_share == 0
    # "a a .": twice a, an unknown stop, and the end; 6 characters.
    spelling = -math.log((1 + 1 / N) / 8 * (3 + 1 / N) / 8)  # of ". " among "A a a. " and one
    nats = spelling - math.log(0.2 * 0.2 * 0.25 * 0.15)
    assert found.comparable_bits_per_character == pytest.approx(nats / math.log(2) / 6, rel=1e-5)


@pytest.mark.parametrize("tokenizer", [words(), characters()], ids=["words", "characters"])
def test_a_model_that_knows_nothing_has_the_perplexity_of_a_guess(
    tokenizer: ClosedTokenizer,
) -> None:
    writable = tokenizer.eos_id + 1
    found = score_documents(unigram(tokenizer, [1.0] * writable), tokenizer, DOCUMENTS[:9])
    assert found.perplexity == pytest.approx(writable, rel=1e-5)
    assert found.bits_per_token == pytest.approx(math.log2(writable), rel=1e-5)


def counted(tokenizer: ClosedTokenizer, documents: list[str]) -> LanguageModel:
    """The unigram model that gives these documents the highest probability."""
    ids = [token for row in tokenizer.encode_batch(documents) for token in [*row, tokenizer.eos_id]]
    counts = Counter(ids)
    return unigram(tokenizer, [counts[n] / len(ids) for n in range(tokenizer.eos_id + 1)])


def zipf_text() -> list[str]:
    """Documents of ten words; the n-th commonest of 400 occurs 600/n times."""
    chance = random.Random(0)
    spellings: dict[str, None] = {}
    while len(spellings) < 400:
        spellings["".join(chance.choices("abcdefgh", k=chance.randint(1, 8)))] = None
    text = [word for n, word in enumerate(spellings, 1) for _ in range(600 // n)]
    chance.shuffle(text)
    return [" ".join(text[begin : begin + 10]) for begin in range(0, len(text), 10)]


def test_raising_the_minimum_frequency_does_not_improve_the_comparable_figure_by_itself() -> None:
    documents = zipf_text()
    found = []
    for min_frequency in (1, 2, 3, 5, 10, 20, 50, 700):
        tokenizer = WordTokenizer.train(documents, min_frequency)
        found.append(score_documents(counted(tokenizer, documents), tokenizer, documents))
    perplexities = [one.perplexity for one in found]
    comparable = [one.comparable_bits_per_character for one in found]
    # What is unknown is easy to predict, and plain perplexity rewards it …
    assert perplexities == sorted(perplexities, reverse=True)
    assert perplexities[-1] < 2 < 50 < perplexities[0]
    # … but who then spells it pays for each word that was given up.
    assert comparable == sorted(comparable)
    assert comparable[-1] > 1.2 * comparable[0]
    assert found[0].unknown_share == 0 and found[-1].unknown_share > 0.9


def nats_of(model: LanguageModel, tokenizer: ClosedTokenizer, documents: list[str]) -> float:
    """Of the documents as one text, read at once."""
    rows = tokenizer.encode_batch(documents)
    inputs = [token for row in rows for token in (tokenizer.bos_id, *row)]
    targets = torch.tensor([token for row in rows for token in (*row, tokenizer.eos_id)])
    with torch.inference_mode():
        features, _ = model(torch.tensor([inputs]), model.start(1))
        log_probs = model.project(features)[0].log_softmax(1)
    return -log_probs.gather(1, targets[:, None]).sum().item()


@pytest.mark.parametrize("tokenizer", [words(), characters()], ids=["words", "characters"])
def test_one_long_text_carries_its_state_and_documents_begin_anew(
    tokenizer: ClosedTokenizer,
) -> None:
    model = language_model(0, writable=tokenizer.eos_id + 1, vocab_size=tokenizer.vocab_size)
    # Hundreds of tokens, so that there are several chunks, and some documents longer than one.
    documents = [*DOCUMENTS[:40], " ".join(DOCUMENTS[:30]), "der", "", *DOCUMENTS[40:45]]
    scores = [score_documents(model, tokenizer, documents, one) for one in (True, False)]
    expected = [
        nats_of(model, tokenizer, documents),
        sum(nats_of(model, tokenizer, [document]) for document in documents),
    ]
    for found, nats in zip(scores, expected, strict=True):
        assert found.tokens == sum(map(len, tokenizer.encode_batch(documents))) + len(documents)
        assert math.log(found.perplexity) * found.tokens == pytest.approx(nats, rel=1e-5)
    assert abs(expected[0] - expected[1]) > 1
    # The order of documents matters to the one and not to the other.
    backwards = [score_documents(model, tokenizer, documents[::-1], one) for one in (True, False)]
    assert backwards[1].perplexity == pytest.approx(scores[1].perplexity, rel=1e-5)
    assert backwards[0].perplexity != pytest.approx(scores[0].perplexity, rel=5e-5)


def test_dropout_takes_no_part_and_more_documents_than_a_batch_are_read_once() -> None:
    sizes = {"writable": words().eos_id + 1, "vocab_size": words().vocab_size}
    plain, dropping = (language_model(0, dropout=rate, **sizes) for rate in (0.0, 0.9))
    one, other = (score_documents(made, words(), DOCUMENTS) for made in (plain, dropping))
    assert one.perplexity == other.perplexity
    assert (one.n, one.tokens) == (100, 1100)  # ten words and an end each
    seen: list[int] = []
    score_documents(plain, words(), DOCUMENTS, progress=seen.append)
    assert sum(seen) == 1100


def test_figures_are_named_as_the_command_line_gives_them() -> None:
    found = score(["a b"]).to_dict()
    assert set(found) == {
        "perplexity",
        "bits_per_token",
        "bits_per_character",
        "comparable_bits_per_character",
        "tokens",
        "characters",
        "unknown_share",
        "n",
        "seconds",
    }
    assert found["seconds"] > 0
