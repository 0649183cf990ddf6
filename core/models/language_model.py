"""A recurrent language model: embedding, recurrent layers, output (Mikolov et al. 2010).

Dropout between the layers is variational: one mask for a whole sequence (Gal and Ghahramani 2016,
arXiv 1512.05287). The weights between a state and the next can be dropped as well (Merity et al.
2018, arXiv 1708.02182). ``forward`` runs whole sequences through torch's fused layers for
training; ``step`` runs one token with the same parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from core.errors import UserError
from core.models.cells import CellStep, cell_step
from core.models.protocol import StepOutput
from core.models.recurrent import LSTMS
from core.models.sizes import check_integer, check_multiple, check_probability
from core.models.step_product import Packed, StepProduct
from core.models.word_dropout import drop_words

CELLS: dict[str, Callable[..., nn.Module]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    **LSTMS,
}


@dataclass(frozen=True)
class LanguageModelConfig:
    """Sizes of a :class:`LanguageModel`; widths are multiples of 8, the vocabulary of 64."""

    vocab_size: int
    writable: int  # ids 0 … writable - 1 can be written; the others are never chosen
    cell: str = "lstm"  # or "gru", "rnn", "own": the LSTM of core.models.recurrent
    embedding_size: int = 192
    hidden_size: int = 384
    num_layers: int = 2
    tied: bool = True  # the output is the embedding (Press and Wolf 2017, arXiv 1608.05859)
    dropout: float = 0.0  # probability; embeddings, between layers, and before the output
    word_dropout: float = 0.0  # probability of losing a whole input embedding
    weight_dropout: float = 0.0  # probability; of the weights between a state and the next

    def __post_init__(self) -> None:
        check_multiple(self, 64, "vocab_size")
        check_multiple(self, 8, "embedding_size", "hidden_size")
        check_integer(self, self.vocab_size, "writable")
        if self.cell not in CELLS:
            raise UserError(f"cell must be one of {', '.join(CELLS)}, not {self.cell!r}.")
        check_integer(self, 16, "num_layers")
        check_probability(self, "dropout", "word_dropout", "weight_dropout")

    @property
    def vocab_sizes(self) -> tuple[int, ...]:
        """That of each tokenizer; a language model has one."""
        return (self.vocab_size,)


class RecurrentState(NamedTuple):
    """State of R rows; only an LSTM uses the cell."""

    hidden: Tensor  # (L, R, H)
    cell: Tensor  # (L, R, H)

    def select(self, rows: Tensor) -> "RecurrentState":
        """Return the state of the given rows; see :class:`core.models.protocol.State`."""
        flat = rows.reshape(-1)
        return RecurrentState(self.hidden.index_select(1, flat), self.cell.index_select(1, flat))

    def detach(self) -> "RecurrentState":
        """Return the state without the graph that made it: what truncated BPTT carries on."""
        return RecurrentState(self.hidden.detach(), self.cell.detach())


class LanguageModel(nn.Module):
    """RNN, GRU or LSTM layers between an embedding and an output, tied or not."""

    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.config = config
        embedding_size, hidden_size = config.embedding_size, config.hidden_size
        self.embedding = nn.Embedding(config.vocab_size, embedding_size)
        # Layers of their own: dropout between them is ours.
        self.layers = nn.ModuleList(
            CELLS[config.cell](embedding_size if not number else hidden_size, hidden_size)
            for number in range(config.num_layers)
        )
        narrows = config.tied and hidden_size != embedding_size
        self.narrow = nn.Linear(hidden_size, embedding_size) if narrows else None
        self.output = (
            self.embedding if config.tied else nn.Embedding(config.vocab_size, hidden_size)
        )
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        for embedding in (self.embedding, self.output):
            # The same matrix is the output layer: unit variance would saturate the first softmax.
            nn.init.normal_(embedding.weight, std=embedding.embedding_dim**-0.5)
        self._packed: Packed[_StepProducts] = Packed(self.parameters())

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.bias.device

    def start(self, rows: int) -> RecurrentState:
        """Return the empty state of so many rows."""
        shape = (self.config.num_layers, rows, self.config.hidden_size)
        empty = torch.zeros(shape, device=self.device)
        return RecurrentState(empty, empty)

    def forward(self, tokens: Tensor, state: RecurrentState) -> tuple[Tensor, RecurrentState]:
        """Return (features, state) of whole sequences: (B, T, F) and that after the last token.

        ``project`` makes logits of features; training has a faster way, for real tokens.

        Args:
            tokens: (B, T) ids, the first of a document ``<s>``, padded on the right.
            state: of B rows; behind padding, what is returned for a row means nothing.
        """
        outputs = self._drop(self._embed(tokens).transpose(0, 1))  # (T, B, E)
        hiddens, cells = [], []
        for layer, hidden, cell in zip(
            self.layers, state.hidden.split(1), state.cell.split(1), strict=True
        ):
            if self.config.cell in LSTMS:
                outputs, (hidden, cell) = self._run(layer, outputs, (hidden, cell))
            else:
                outputs, hidden = self._run(layer, outputs, hidden)
            outputs = self._drop(outputs)  # (T, B, H)
            hiddens.append(hidden)
            cells.append(cell)
        features = outputs if self.narrow is None else self.narrow(outputs)
        after = RecurrentState(torch.cat(hiddens), torch.cat(cells))
        return features.transpose(0, 1), after

    def project(self, features: Tensor) -> Tensor:
        """Return the logits (…, V) of features (…, F); ids that can't be written get -inf."""
        logits = functional.linear(features, self.output.weight, self.bias)
        logits[..., self.config.writable :] = -torch.inf
        return logits

    @torch.inference_mode()
    def read(self, tokens: Sequence[int]) -> RecurrentState:
        """Return the state of one row behind tokens, from an empty one; none are fine.

        The same as ``step`` for each of them, to the last bit, without the output's product.
        """
        products, state = self._packed(self._pack), self.start(1)
        for token in tokens:
            _, state = products.advance(torch.tensor([token], device=self.device), state)
        return state

    def step(
        self, tokens: Tensor, state: RecurrentState, forced_attention: Tensor | None = None
    ) -> StepOutput[RecurrentState]:
        """Read one token for each row; see :class:`core.models.protocol.StepModel`.

        Args:
            tokens: (R,) ids.
            forced_attention: without meaning here, there is no source.
        """
        products = self._packed(self._pack)
        output, after = products.advance(tokens, state)
        features = output if products.narrow is None else products.narrow(output)
        return StepOutput(products.project(features), after, None)

    def _embed(self, tokens: Tensor) -> Tensor:
        """Return the embeddings (B, T, E), in training without the words that are dropped."""
        return drop_words(self.embedding(tokens), self.config.word_dropout * self.training)

    def _run(self, layer: nn.Module, *inputs: Any) -> Any:
        """Return what a layer does with some of its recurrent weights dropped, for a whole text."""
        if not self.training or not self.config.weight_dropout:
            return layer(*inputs)
        name = "weight_hh_l0"
        kept = functional.dropout(layer.get_parameter(name), self.config.weight_dropout)
        return functional_call(layer, {name: kept}, inputs)

    def _drop(self, outputs: Tensor) -> Tensor:
        """Drop features of (T, B, F), the same at each of the T places."""
        if not self.training or not self.config.dropout:
            return outputs
        kept = 1 - self.config.dropout
        mask = torch.empty_like(outputs[:1]).bernoulli_(kept).div_(kept)  # (1, B, F)
        return outputs * mask

    def _pack(self) -> "_StepProducts":
        bias = self.bias.detach().clone()
        bias[self.config.writable :] = -torch.inf
        return _StepProducts(
            self.embedding.weight.detach(),
            [cell_step(layer) for layer in self.layers],  # type: ignore[arg-type]
            None if self.narrow is None else StepProduct(self.narrow.weight, self.narrow.bias),
            StepProduct(self.output.weight, bias),
        )


class _StepProducts(NamedTuple):
    """What a step multiplies with, as the parameters are now."""

    embedding: Tensor  # (V, E)
    cells: list[CellStep]  # by layer
    narrow: StepProduct | None
    project: StepProduct

    def advance(self, tokens: Tensor, state: RecurrentState) -> tuple[Tensor, RecurrentState]:
        """Return (output of the last layer, state) behind one token for each row."""
        hiddens, memories = [], []
        output = self.embedding.index_select(0, tokens)  # (R, E)
        for cell_of, hidden, memory in zip(
            self.cells, state.hidden.unbind(), state.cell.unbind(), strict=True
        ):
            output, memory = cell_of(output, hidden, memory)
            hiddens.append(output)
            memories.append(memory)
        return output, RecurrentState(torch.stack(hiddens), torch.stack(memories))
