"""Text in, text out: sentences, lines and offsets are kept, whatever the text is.

The models are random, so that they write any bytes: harder on offsets than a trained one.
"""

import json
import math
from pathlib import Path

import pytest

from core.checkpoint import load_checkpoint
from core.decoding.options import METHODS, DecodingOptions
from core.errors import UserError
from core.pipelines.results import END, Hypothesis, Token, Translation
from core.pipelines.translator import Translator
from core.pipelines.words import find_words
from tests.tiny import write_checkpoint

GREEDY = DecodingOptions("greedy")
BEAM = DecodingOptions("beam", beam=3)
PARAGRAPHS = "Der Hund schläft. Der Vogel wartet hier!\n\n  Und Du?\tJa.\n"
ODD_TEXTS = [
    "\x00Der\x07 Hund\x7f \x1b[31mschläft\x85",
    "שלום עולם, מה שלומך?",
    "مرحبا بالعالم \u202eabc\u202c",
    "👩‍👩‍👧 🇩🇪 👍🏽!",
    "e\u0301\u0301\u0301 Z\u0351\u036b\u0343a\u0363l\u0348g\u033bo",
    "</s> <pad> <s> <unk>",
    "<img src=x onerror=alert(1)> ${alert(1)} {{value}} `x`",
    "a" * 420,
    "ß" * 200 + " x",
    "? " * 150,
    "\ufffd\ufffd Hund",
    "𝔇𝔢𝔯 漢字 ẞ",
    "3" * 30,
    "Ja." + " " * 3000 + "\n" * 50 + "Nein.",
]


@pytest.fixture(scope="module", params=[0, 1])
def translator(request: pytest.FixtureRequest, tmp_path_factory) -> Translator:
    folder: Path = tmp_path_factory.mktemp("checkpoints") / "tiny"
    write_checkpoint(folder, seed=request.param)
    return Translator(load_checkpoint(folder))


def check_tokens(tokens: tuple[Token, ...], text: str, words: tuple[str, ...]) -> None:
    """Each token stands where it says, and belongs to a word that is there."""
    for token in tokens:
        if token.text == END and token.word is None:
            assert token.start == token.end
        else:
            assert text[token.start : token.end] == token.text
            assert token.word is None or token.word in range(len(words))
    numbers = [token.word for token in tokens if token.word is not None]
    assert numbers == sorted(numbers)


def check_hypothesis(one: Hypothesis, source: Translation) -> None:
    check_tokens(one.tokens, one.text, one.words)
    if not source.sentences:  # a joined text has the words of its parts
        assert one.words == tuple(one.text[start:end] for start, end in find_words(one.text))
    assert len(one.tokens) == len(one.log_probs) == len(one.attention)
    assert {len(row) for row in one.attention} == {len(source.source_tokens)}
    for row in one.attention:
        assert sum(row) == pytest.approx(1, abs=1e-4)
    assert len(one.word_attention) == len(one.words)
    assert {len(row) for row in one.word_attention} <= {len(source.source_words)}
    expected = sum(one.log_probs) / len(one.tokens) ** source.length_penalty
    assert one.score == pytest.approx(expected, abs=1e-4)


def check(result: Translation) -> None:
    check_tokens(result.source_tokens, result.source, result.source_words)
    assert result.text == result.hypotheses[0].text
    for one in result.hypotheses:
        check_hypothesis(one, result)
    for part in result.sentences:
        check(part)
    assert not result.sentences or len(result.sentences) > 1
    assert json.loads(json.dumps(result.to_dict()))["text"] == result.text


def test_one_sentence_has_an_n_best_list_and_no_parts(translator: Translator) -> None:
    result = translator.translate("  Der Hund\u00a0schläft. ", BEAM)
    assert result.source == "Der Hund schläft."
    assert result.source_words == ("Der", "Hund", "schläft", ".")
    assert result.sentences == ()
    assert len(result.hypotheses) == 3
    check(result)


def test_sentences_and_paragraphs_are_kept(translator: Translator) -> None:
    result = translator.translate(PARAGRAPHS, BEAM)
    first, second, third, fourth = result.sentences
    assert [part.source for part in result.sentences] == [
        "Der Hund schläft.",
        "Der Vogel wartet hier!",
        "Und Du?",
        "Ja.",
    ]
    assert result.source == PARAGRAPHS
    assert result.text == (f"{first.text} {second.text}\n\n  {third.text}\t{fourth.text}\n")
    assert len(result.hypotheses) == 1
    assert [len(part.hypotheses) for part in result.sentences] == [3] * 4
    check(result)


def test_a_sentence_among_others_is_translated_as_it_is_alone(translator: Translator) -> None:
    for part in translator.translate(PARAGRAPHS, BEAM).sentences:
        alone = translator.translate(part.source, BEAM)
        assert [one.text for one in part.hypotheses] == [one.text for one in alone.hypotheses]
        for one, other in zip(part.hypotheses, alone.hypotheses, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-4)


def test_joined_attention_is_that_of_each_sentence_and_zero_between_them(
    translator: Translator,
) -> None:
    result = translator.translate(PARAGRAPHS, GREEDY)
    for name in ("attention", "word_attention"):
        matrix = getattr(result.hypotheses[0], name)
        rows = columns = 0
        for part in result.sentences:
            block = getattr(part.hypotheses[0], name)
            width = len(part.source_tokens if name == "attention" else part.source_words)
            for number, row in enumerate(block):
                whole = matrix[rows + number]
                assert whole[columns : columns + width] == tuple(row)
                assert not any(whole[:columns]) and not any(whole[columns + width :])
            rows, columns = rows + len(block), columns + width
        assert len(matrix) == rows


def test_word_attention_adds_up_what_words_got(translator: Translator) -> None:
    result = translator.translate("Der Vogel fällt.", GREEDY)
    (one,) = result.hypotheses
    for number, row in enumerate(one.word_attention):
        own = [n for n, token in enumerate(one.tokens) if token.word == number]
        for word, weight in enumerate(row):
            theirs = [n for n, token in enumerate(result.source_tokens) if token.word == word]
            total = sum(one.attention[n][m] for n in own for m in theirs)
            assert weight == pytest.approx(total / max(len(own), 1), abs=1e-5)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_odd_text_is_translated_like_any_other(translator: Translator, text: str) -> None:
    result = translator.translate(text, GREEDY)
    assert result.source
    check(result)
    assert all(math.isfinite(value) for one in result.hypotheses for value in one.log_probs)


@pytest.mark.parametrize("method", METHODS)
def test_each_line_in_gives_the_line_out_that_it_gives_alone(
    translator: Translator, method: str
) -> None:
    options = DecodingOptions(method, beam=2, seed=4)
    lines = [
        "Der Hund schläft. Der Vogel wartet hier!",
        "",
        "Ja.",
        "  \t ",
        "Der Mann ruft oft, aber der Fisch wartet nie auf den Baum und den Hund.",
        "Ja.",
        "\x00\u00ad",
        " Und Du? ",
    ]
    found = dict(translator.translate_lines(lines, options))
    assert sorted(found) == list(range(len(lines)))
    for number, line in enumerate(lines):
        if number in (1, 3, 6):
            assert found[number] == ""
        else:
            assert found[number] == translator.translate(line, options).text.strip()
        assert "\n" not in found[number].replace(lines[number], "")


def test_no_lines_give_no_lines(translator: Translator) -> None:
    assert list(translator.translate_lines([], GREEDY)) == []
    assert list(translator.translate_lines(["", " "], GREEDY)) == [(0, ""), (1, "")]


def test_more_lines_than_a_batch_come_back_in_their_places(translator: Translator) -> None:
    lines = [f"Der Hund {number} schläft{' hier' * (number % 7)}." for number in range(60)]
    found = dict(translator.translate_lines(lines, GREEDY))
    assert len(found) == 60
    for number in (0, 7, 31, 59):
        assert found[number] == translator.translate(lines[number], GREEDY).text.strip()


def test_a_seed_gives_the_same_text_and_another_seed_another(translator: Translator) -> None:
    def text(seed: int) -> str:
        return translator.translate(PARAGRAPHS, DecodingOptions("sample", seed=seed)).text

    assert text(1) == text(1)
    assert len({text(seed) for seed in range(5)}) == 5


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00ad", "\x00"])
def test_text_of_nothing_is_refused(translator: Translator, text: str) -> None:
    with pytest.raises(UserError, match="no text to translate"):
        translator.translate(text, GREEDY)


def test_a_translation_that_does_not_end_is_cut(translator: Translator) -> None:
    for part in translator.translate("Ja. " * 20, DecodingOptions("sample", seed=0)).sentences:
        (one,) = part.hypotheses
        assert len(one.tokens) <= 2 * len(part.source_tokens) + 10
