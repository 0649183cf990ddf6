"""What a run has to know of what it trains, the same for translators and language models."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from torch import Tensor

from core.history import History
from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.tokenizers.protocol import Tokenizer
from core.training.model_card import Origin
from core.training.recipes import Recipe

Carried = tuple[Tensor, ...] | None  # the state behind a batch that the next one begins with


class Batch(Protocol):
    """A batch of a stream."""

    is_target: Tensor  # (B, T) True where a real token is to be predicted
    next_place: tuple[int, int]  # where its stream goes on: epoch, batch


class Stream(Protocol):
    """An endless stream of training batches whose place can be saved."""

    rank: int  # of this process
    world: int  # processes
    place: tuple[int, int]  # epoch, batch

    @property
    def shares(self) -> int:
        """Return by how many workers its batches can be made; 0 if none is worth it."""

    def __iter__(self) -> Iterator[Any]:
        """Yield batches from the place on."""


class Task(Protocol):
    """A recipe with its data: how its tokenizer, its model and its batches are made."""

    @property
    def recipe(self) -> Recipe:
        """Return what the run was asked for."""

    def tokenizer(self) -> Tokenizer:
        """Return the tokenizer of the training part, made anew."""

    def model(self, tokenizer: Tokenizer) -> Seq2Seq | LanguageModel:
        """Return a new model."""

    def stream(self, tokenizer: Tokenizer) -> Stream:
        """Return the training batches."""

    def validation(self, tokenizer: Tokenizer) -> Sequence[Any]:
        """Return the validation batches."""

    def loss(
        self, model: Any, batch: Any, carried: Carried, smoothing: float
    ) -> tuple[Tensor, Tensor, Carried]:
        """Return (loss, negative log-likelihood, state behind the batch).

        Both are means in nats of a token; only the loss has a gradient.
        """

    def card(self, name: str, model: Any, history: History, origin: Origin) -> str:
        """Return the model card of what is exported, as Markdown."""
