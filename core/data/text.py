"""Cleaning of text, the same for training and for what a visitor types."""

import re
import unicodedata

# Signs that print nothing and only make two equal words differ: soft hyphen, zero-width space,
# word joiner, byte-order mark. The zero-width joiner stays, emoji are built with it.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def normalise(text: str) -> str:
    """Return the text in NFC, on one line, without invisible signs, single-spaced."""
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return " ".join(_CONTROL.sub(" ", text).split())


def sentence_key(text: str) -> str:
    """Return what counts as the same sentence in a split: case and punctuation ignored."""
    kept = "".join(sign if sign.isalnum() else " " for sign in normalise(text).casefold())
    # A sentence of signs alone (":-)") has no letters to compare and is its own key.
    return " ".join(kept.split()) or normalise(text)
