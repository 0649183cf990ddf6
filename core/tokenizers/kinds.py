"""The kinds of tokenizers that a checkpoint can have, by the name in its config.json."""

from collections.abc import Callable
from pathlib import Path

from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import Tokenizer
from core.tokenizers.subword import SubwordTokenizer
from core.tokenizers.word import WordTokenizer

LOADERS: dict[str, Callable[[Path], Tokenizer]] = {
    kind.kind: kind.load for kind in (SubwordTokenizer, WordTokenizer, CharacterTokenizer)
}
