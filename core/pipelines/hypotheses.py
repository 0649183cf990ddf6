"""From decoded ids to a Hypothesis: text, tokens with their words, attention by word."""

from collections.abc import Sequence

from core.decoding.hypothesis import DecodedSequence
from core.pipelines.results import END, Alternative, Hypothesis, Token
from core.pipelines.words import end_token, split_words, to_tokens, word_attention
from core.tokenizers.protocol import Piece, Tokenizer


def make_hypothesis(
    tokenizer: Tokenizer,
    sequence: DecodedSequence,
    source_tokens: tuple[Token, ...],
    source_words: int,
    kept: int = 0,
) -> Hypothesis:
    """Return a decoded sequence as text with everything that was measured.

    Args:
        tokenizer: of the target.
        sequence: from a model that attends to the source.
        source_words: how many there are.
        kept: characters at the beginning that a caller gave, of which no space is stripped.
    """
    text, pieces = _strip(*tokenizer.decode_pieces(sequence.tokens), kept)
    tokens = to_tokens(text, pieces)
    if sequence.tokens[-1:] == [tokenizer.eos_id]:
        tokens = (*tokens, end_token(text))
    words = split_words(text)
    assert sequence.attention is not None  # a Seq2Seq always attends
    by_word = word_attention(sequence.attention, tokens, source_tokens, (len(words), source_words))
    return Hypothesis(
        text=text,
        tokens=tokens,
        token_ids=tuple(sequence.tokens),
        words=words,
        log_probs=tuple(sequence.log_probs),
        score=sequence.score,
        attention=tuple(map(tuple, sequence.attention.tolist())),
        word_attention=tuple(map(tuple, by_word.tolist())),
        alternatives=tuple(
            tuple(Alternative(id, piece_text(tokenizer, id), value) for id, value in place)
            for place in sequence.alternatives
        ),
    )


def piece_text(tokenizer: Tokenizer, token: int) -> str:
    """Return what one id writes, with the space before it; ``</s>`` for the end."""
    return END if token == tokenizer.eos_id else tokenizer.decode([token])


def _strip(text: str, pieces: Sequence[Piece], kept: int) -> tuple[str, list[Piece]]:
    """Return the text without the space around it, and its pieces moved along."""
    before = 0 if kept else len(text) - len(text.lstrip())
    stripped = text[before : max(len(text.rstrip()), kept)]

    def moved(place: int) -> int:
        return min(max(place - before, 0), len(stripped))

    return stripped, [Piece(piece.id, moved(piece.start), moved(piece.end)) for piece in pieces]
