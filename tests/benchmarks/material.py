"""What is measured with: the shipped checkpoint, or a random model of its sizes, and real text."""

import torch

from core.checkpoint import load_checkpoint
from core.data.corpora import Pair, parallel_corpus
from core.errors import UserError
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.service import CHECKPOINTS, DEFAULT
from core.tokenizers.protocol import Tokenizer

SENTENCE = "Ein kleiner Hund läuft am Morgen mit seinem Ball durch den Park."  # of 12 words
TEST_SET = "test_2016_flickr"
SHIPPED_SIZES = Seq2SeqConfig(source_vocab_size=6016, target_vocab_size=6016, writable=6014)
# Lengths without a tokenizer: about as many pieces a word as the shipped one makes.
_PIECES_PER_WORD = 1.25


def test_set() -> list[Pair]:
    """Return the sentence pairs of the test set; downloads them where they are not yet."""
    return parallel_corpus("multi30k-de-en").parts()[TEST_SET]


def shipped() -> tuple[Seq2Seq, Tokenizer | None, str]:
    """Return (model, tokenizer, what it is), on the CPU and in evaluation mode.

    Where there is no checkpoint yet, the model is random, of the same sizes, and has no tokenizer.
    """
    try:
        checkpoint = load_checkpoint(CHECKPOINTS / DEFAULT)
    except UserError:
        return random_model(), None, "random weights at the shipped sizes"
    return checkpoint.model, checkpoint.source_tokenizer, f"checkpoint {DEFAULT}"


def random_model(sizes: Seq2SeqConfig = SHIPPED_SIZES) -> Seq2Seq:
    """Return a model of random weights, rounded to float16 as those of every checkpoint are."""
    torch.manual_seed(0)
    model = Seq2Seq(sizes)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model.eval()


def lengths(pairs: list[Pair], tokenizer: Tokenizer | None) -> list[tuple[int, int]]:
    """Return (source, target) tokens of each pair, ``</s>`` included."""

    def count(texts: list[str]) -> list[int]:
        if tokenizer is None:
            return [round(_PIECES_PER_WORD * len(text.split())) + 1 for text in texts]
        return [len(ids) + 1 for ids in tokenizer.encode_batch(texts)]

    sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
    return list(zip(count(sources), count(targets), strict=True))
