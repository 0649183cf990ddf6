"""From pieces to words: which word a piece belongs to, and attention between words.

A word is a run between spaces, punctuation apart; each piece belongs to exactly one word.
"""

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from core.pipelines.results import END, Token
from core.tokenizers.protocol import Piece

# A run of letters, digits and what joins them inside of a word (don't, 14:35, 3,20, E-Mail); else
# a run of punctuation, because one piece may spell several signs (… ."), and pieces can't be cut.
_WORD = re.compile(r"\w+(?:[-'’.,:]\w+)*|[^\w\s]+")


def find_words(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each word."""
    return [match.span() for match in _WORD.finditer(text)]


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text, each as it is written."""
    return tuple(text[start:end] for start, end in find_words(text))


def to_tokens(text: str, pieces: Sequence[Piece]) -> tuple[Token, ...]:
    """Return the pieces as tokens that know their word; a piece of space goes with the next."""
    words = find_words(text)
    tokens, word = [], 0
    for piece in pieces:
        start = piece.start
        while start < piece.end - 1 and text[start].isspace():
            start += 1
        while word < len(words) - 1 and words[word][1] <= start:
            word += 1
        tokens.append(Token(text[start : piece.end], start, piece.end, word if words else None))
    return tuple(tokens)


def end_token(text: str) -> Token:
    """Return the ``</s>`` of a text."""
    return Token(END, len(text), len(text), None)


def word_attention(
    attention: Tensor, targets: Sequence[Token], sources: Sequence[Token], shape: tuple[int, int]
) -> Tensor:
    """Return attention between words, of the given shape.

    The weights of a source word's pieces are added: it got all of them. Those of a target word's
    pieces are averaged. ``</s>`` is left out, so a row may add to less than 1.

    Args:
        attention: (T, S) between tokens.
        targets: the T tokens; ``sources`` the S ones.
        shape: (target words, source words).
    """
    rows = torch.tensor([shape[0] if t.word is None else t.word for t in targets])
    columns = torch.tensor([shape[1] if t.word is None else t.word for t in sources])
    summed = attention.new_zeros(len(targets), shape[1] + 1).index_add_(1, columns, attention)
    total = attention.new_zeros(shape[0] + 1, shape[1] + 1).index_add_(0, rows, summed)
    pieces = torch.bincount(rows, minlength=shape[0] + 1).clamp(min=1)
    return (total / pieces[:, None])[: shape[0], : shape[1]]
