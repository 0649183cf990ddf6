"""Vectors of words from the training part: skip-gram (Mikolov et al. 2013, arXiv 1301.3781)."""

from pathlib import Path

from gensim.models import Word2Vec

from core.data.documents import TEXTS
from core.data.word_vectors import write_vectors
from core.tokenizers.word import WordTokenizer

_EPOCHS, _WINDOW = 5, 5


def train_vectors(data: str, size: int, path: Path, min_frequency: int = 3) -> int:
    """Train vectors of ``size`` numbers on the training part, write them, and count them.

    Args:
        data: a key of core.data.documents.TEXTS.
        path: of the file, in the format of GloVe.
    """
    train = TEXTS[data]().train
    tokenizer = WordTokenizer.train(train, min_frequency)
    model = Word2Vec(
        [tokenizer.tokens(document) for document in train],
        vector_size=size,
        window=_WINDOW,
        min_count=min_frequency,
        sg=1,
        epochs=_EPOCHS,
        seed=1,
        workers=1,  # more would make the order of updates, and the vectors, a matter of chance
    )
    words = list(model.wv.index_to_key)
    write_vectors(path, words, [model.wv[word].tolist() for word in words])
    return len(words)
