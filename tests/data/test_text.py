"""Text is cleaned alike everywhere, and sentences are compared without case and punctuation."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.text import normalise, sentence_key

ANY_TEXT = st.one_of(
    st.text(),
    st.text(alphabet=st.characters(codec=None)),  # lone surrogates too
    st.text(alphabet="aA\u0308\u0301 \u00a0\u00ad\u200b\u200d\ufeff\x00\x1f\x85\u2028\n\tß.,!"),
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("u\u0308ber", "über"),
        ("3\u00a0Euro", "3 Euro"),
        ("Zu\u00adcker", "Zucker"),
        ("a\u200bb\u2060c\ufeffd", "abcd"),
        ("u\u00ad\u0308", "ü"),
        ("  a \t b\r\nc\u2028d ", "a b c d"),
        ("a\x00b\x07c\x7fd\x85e", "a b c d e"),
        ("a\ud800b", "a b"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("„Ja“ – 3,20 €", "„Ja“ – 3,20 €"),
        (" \u00ad\x00 ", ""),
    ],
)
def test_normalise(text: str, clean: str) -> None:
    assert normalise(text) == clean


@given(ANY_TEXT)
def test_normalise_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT)
def test_normalised_text_is_one_clean_line(text: str) -> None:
    clean = normalise(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == " ".join(clean.split())
    assert all(unicodedata.category(sign) not in ("Cc", "Cs") for sign in clean)
    clean.encode("utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ja, klar!", "ja klar"),
        ("STRASSE", "Straße"),
        ("„Komm!“, rief er.", "Komm rief er"),
        ("u\u0308ber  uns", "Über uns?"),
        ("Well-known: a_b", "well known a b"),
        ("Zu\u00adcker", "zucker"),
    ],
)
def test_case_and_punctuation_do_not_make_another_sentence(one: str, other: str) -> None:
    assert sentence_key(one) == sentence_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Er kam 1 mal", "Er kam 2 mal"), ("schon", "schön"), ("ab c", "a bd"), (":-)", ":-(")],
)
def test_letters_and_digits_make_another_sentence(one: str, other: str) -> None:
    assert sentence_key(one) != sentence_key(other)


@given(ANY_TEXT)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert sentence_key(sentence_key(text)) == sentence_key(text)
