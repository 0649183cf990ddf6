"""The translation of a text of several sentences, joined from those of its sentences."""

import dataclasses
from collections.abc import Sequence

from core.decoding.hypothesis import length_normalised
from core.pipelines.results import Hypothesis, Matrix, Token, Translation
from core.pipelines.sentences import Sentence, join


def join_translations(
    text: str, spans: Sequence[Sentence], parts: Sequence[Translation]
) -> Translation:
    """Return the translation of the whole text; what stands between sentences is kept.

    A sentence can't look at another, so the joined attention is zero but for a block for each.
    """
    if len(parts) == 1:
        return parts[0]
    source = join(text, spans, [part.source for part in parts])
    best = [part.hypotheses[0] for part in parts]
    target = join(text, spans, [hypothesis.text for hypothesis in best])
    log_probs = tuple(value for hypothesis in best for value in hypothesis.log_probs)
    penalty = 0.0 if parts[0].method == "stochastic-beam" else parts[0].length_penalty
    joined = Hypothesis(
        text=target,
        tokens=_move(target, [(h.text, h.tokens, len(h.words)) for h in best]),
        token_ids=tuple(token for hypothesis in best for token in hypothesis.token_ids),
        words=tuple(word for hypothesis in best for word in hypothesis.words),
        log_probs=log_probs,
        score=length_normalised(sum(log_probs), len(log_probs), penalty),
        attention=_blocks([h.attention for h in best], [len(part.source_tokens) for part in parts]),
        word_attention=_blocks(
            [h.word_attention for h in best], [len(part.source_words) for part in parts]
        ),
    )
    return dataclasses.replace(
        parts[0],
        source=source,
        text=target,
        source_tokens=_move(
            source, [(part.source, part.source_tokens, len(part.source_words)) for part in parts]
        ),
        source_words=tuple(word for part in parts for word in part.source_words),
        hypotheses=(joined,),
        sentences=tuple(parts),
    )


def replace_sentence(whole: Translation, index: int, part: Translation) -> Translation:
    """Return the translation of the whole text with another one of its sentence ``index``.

    Raises ValueError if ``part`` translates another sentence.
    """
    if not whole.sentences:
        return part
    if part.source != whole.sentences[index].source:
        raise ValueError("the translation is not one of this sentence")
    spans, place = [], 0
    for sentence in whole.sentences:
        start = whole.source.index(sentence.source, place)
        place = start + len(sentence.source)
        spans.append(Sentence(sentence.source, start, place))
    parts = [*whole.sentences[:index], part, *whole.sentences[index + 1 :]]
    joined = join_translations(whole.source, spans, parts)
    # How the text was translated, and in what time, stays that of its own run.
    return dataclasses.replace(
        joined, prefix="", prefix_tokens=(), forced=(), seconds=whole.seconds
    )


def _move(text: str, parts: Sequence[tuple[str, Sequence[Token], int]]) -> tuple[Token, ...]:
    """Return the tokens of all parts (text, tokens, number of words) with offsets into text."""
    moved, place, words = [], 0, 0
    for part, tokens, count in parts:
        place = text.index(part, place)
        for token in tokens:
            word = None if token.word is None else token.word + words
            moved.append(Token(token.text, token.start + place, token.end + place, word))
        place, words = place + len(part), words + count
    return tuple(moved)


def _blocks(matrices: Sequence[Matrix], widths: Sequence[int]) -> Matrix:
    """Return the block-diagonal matrix of matrices; one without rows has its width all the same."""
    rows: list[tuple[float, ...]] = []
    before = 0
    for matrix, size in zip(matrices, widths, strict=True):
        after = sum(widths) - before - size
        rows += [(0.0,) * before + tuple(row) + (0.0,) * after for row in matrix]
        before += size
    return tuple(rows)
