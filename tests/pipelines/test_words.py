"""Each piece belongs to one word, and attention between words adds up by hand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.text import normalise
from core.pipelines.results import Token
from core.pipelines.words import end_token, find_words, to_tokens, word_attention
from core.tokenizers.protocol import Piece
from core.tokenizers.subword import SubwordTokenizer
from tests.tiny import TEXTS, tokenizer


def words_of(text: str) -> list[str]:
    return [text[start:end] for start, end in find_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Der Hund schläft.", ["Der", "Hund", "schläft", "."]),
        ("Um 14:35 Uhr, 3,20 €!", ["Um", "14:35", "Uhr", ",", "3,20", "€!"]),
        ("E-Mail von Tom's Oma", ["E-Mail", "von", "Tom's", "Oma"]),
        ("„Ja“, sagte er.", ["„", "Ja", "“,", "sagte", "er", "."]),
        ("„Danke!“ Und »nein«.", ["„", "Danke", "!“", "Und", "»", "nein", "«."]),
        ("Ich weiß nicht ...", ["Ich", "weiß", "nicht", "..."]),
        ("</s>", ["</", "s", ">"]),
        (" \t ", []),
        ("", []),
    ],
)
def test_words_are_runs_between_spaces_with_punctuation_apart(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_piece_belongs_to_the_word_it_begins_in_and_takes_no_space_along() -> None:
    text = "Ein Vogel."
    pieces = [Piece(1, 0, 3), Piece(2, 3, 6), Piece(3, 6, 9), Piece(4, 9, 10)]
    assert to_tokens(text, pieces) == (
        Token("Ein", 0, 3, 0),
        Token("Vo", 4, 6, 1),
        Token("gel", 6, 9, 1),
        Token(".", 9, 10, 2),
    )


def test_the_end_stands_behind_the_text_and_belongs_to_no_word() -> None:
    assert end_token("Ja.") == Token("</s>", 3, 3, None)


def test_text_of_spaces_alone_has_tokens_without_a_word() -> None:
    assert to_tokens(" ", [Piece(1, 0, 1)]) == (Token(" ", 0, 1, None),)


@given(st.one_of(st.text(), st.text(alphabet="abß ’'.,:„“!_-3👍\u0301")))
def test_each_piece_belongs_to_one_word_in_order(text: str) -> None:
    text = normalise(text)
    words = find_words(text)
    tokens = to_tokens(text, tokenizer().encode(text))
    assert len(tokens) == len(tokenizer().encode(text))
    numbers = [token.word for token in tokens]
    if words:
        assert numbers == sorted(numbers)
        assert numbers[-1] == len(words) - 1 and numbers[0] == 0
    for token in tokens:
        assert text[token.start : token.end] == token.text
        if words:
            start, end = words[token.word]
            assert token.start < end
            # A space before a digit is a piece of its own, and goes with the digit's word.
            assert start <= token.start or (token.text == " " and token.end == start)


@pytest.mark.parametrize("text", [*TEXTS, "Oh ... „Ja!“ (nein?!) – 14:35. »Tom's«", '"So?!", x'])
def test_each_word_has_a_piece(text: str) -> None:
    # Pieces of several signs must not span words: such a word would have no attention.
    text = normalise(text)
    pieces = tokenizer().encode(text)
    assert {token.word for token in to_tokens(text, pieces)} == set(range(len(find_words(text))))


def test_common_signs_that_one_piece_spells_are_one_word() -> None:
    text = "Er rief: „Halt!“ Sie rief: „Nein ...“"
    trained = SubwordTokenizer.train([text] * 9, 320)
    pieces = trained.encode(text)
    assert "!“" in {text[piece.start : piece.end] for piece in pieces}
    assert {token.word for token in to_tokens(text, pieces)} == set(range(len(find_words(text))))


def test_word_attention_adds_source_pieces_and_averages_target_pieces() -> None:
    # Source: two pieces of word 0, one of word 1, </s>. Target: two of word 0, one of word 1.
    sources = [
        Token("Vo", 0, 2, 0),
        Token("gel", 2, 5, 0),
        Token(".", 5, 6, 1),
        end_token("Vogel."),
    ]
    targets = [Token("bi", 0, 2, 0), Token("rd", 2, 4, 0), Token(".", 4, 5, 1)]
    attention = torch.tensor(
        [
            [0.50, 0.25, 0.25, 0.00],
            [0.25, 0.00, 0.50, 0.25],
            [0.00, 0.25, 0.25, 0.50],
        ]
    )
    expected = [
        [(0.75 + 0.25) / 2, (0.25 + 0.50) / 2],  # the mean of 0.75 and 0.25, of 0.25 and 0.5
        [0.25, 0.25],  # the half that went to </s> is left out
    ]
    assert word_attention(attention, targets, sources, (2, 2)).tolist() == expected


def test_word_attention_leaves_the_end_of_the_target_out() -> None:
    tokens = [Token("ja", 0, 2, 0), end_token("ja")]
    attention = torch.tensor([[0.75, 0.25], [0.5, 0.5]])
    assert word_attention(attention, tokens, tokens, (1, 1)).tolist() == [[0.75]]


def test_word_attention_to_no_words_is_empty() -> None:
    ends = [end_token("")]
    assert word_attention(torch.ones(1, 1), ends, ends, (0, 0)).shape == (0, 0)
