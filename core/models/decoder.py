"""The decoder: an LSTM with attention after its recurrence, and an output tied to its embedding.

``forward`` runs whole sequences through the fused ``torch.nn.LSTM`` for training; ``step`` runs one
token with the same parameters, a single matrix product for each layer.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.models.attention import LuongAttention, Memory
from core.models.cells import CellStep, cell_step
from core.models.protocol import StepOutput
from core.models.recurrent import LSTMS
from core.models.step_product import Packed, StepProduct

_StepProducts = tuple[list[CellStep], StepProduct, StepProduct]  # layers, combine, project


class DecoderState(NamedTuple):
    """State of R rows, which are B sources times K hypotheses; rows of a source stand together."""

    hidden: Tensor  # (L, R, H)
    cell: Tensor  # (L, R, H)
    memory: Memory  # of the B sources

    def select(self, rows: Tensor) -> "DecoderState":
        """Return the state of the given rows; see :class:`core.models.protocol.State`."""
        flat, memory = rows.reshape(-1), self.memory
        count = memory.values.size(0)
        if count > 1 or len(rows) > 1:
            sources = rows[:, 0] // (self.hidden.size(1) // count)  # (B',)
            # Copying what every hypothesis looks at costs more than a step: only if it changes.
            if not torch.equal(sources, torch.arange(count, device=sources.device)):
                memory = memory.select(sources)
        return DecoderState(
            self.hidden.index_select(1, flat), self.cell.index_select(1, flat), memory
        )


class Decoder(nn.Module):
    """LSTM decoder with Luong attention; logits are products with the target embedding."""

    def __init__(
        self,
        embedding: nn.Embedding,
        hidden_size: int,
        num_layers: int,
        memory_size: int,
        score: str,
        dropout: float,
        writable: int,
        cell: str,
    ) -> None:
        """``writable`` is the number of ids, from 0, that can ever be chosen; ``cell`` of LSTMS."""
        super().__init__()
        self.embedding = embedding
        size = embedding.embedding_dim
        between = dropout if num_layers > 1 else 0.0
        self.lstm = LSTMS[cell](size, hidden_size, num_layers, batch_first=True, dropout=between)
        self.attention = LuongAttention(memory_size, hidden_size, score)
        self.combine = nn.Linear(hidden_size + memory_size, size)
        self.bias = nn.Parameter(torch.zeros(embedding.num_embeddings))
        self.dropout = nn.Dropout(dropout)
        self.writable = writable
        self._packed: Packed[_StepProducts] = Packed(self.parameters())

    def forward(
        self, embedded: Tensor, hidden: Tensor, cell: Tensor, memory: Memory
    ) -> tuple[Tensor, Tensor]:
        """Return (features, attention) of whole sequences: (B, T, E) and (B, T, S).

        Args:
            embedded: (B, T, E) target inputs.
            hidden: (L, B, H) initial states; ``cell`` likewise.
            memory: of the B sources.
        """
        outputs, _ = self.lstm(embedded, (hidden, cell))  # (B, T, H)
        context, weights = self.attention(self.dropout(outputs), memory)
        return self._attentional(self.dropout(outputs), context), weights

    def project(self, features: Tensor) -> Tensor:
        """Return the logits (…, V) of features (…, E); ids that can't be written get -inf."""
        logits = functional.linear(features, self.embedding.weight, self.bias)
        logits[..., self.writable :] = -torch.inf
        return logits

    def step(
        self, tokens: Tensor, state: DecoderState, forced_attention: Tensor | None = None
    ) -> StepOutput[DecoderState]:
        """Read one token for each row; see :class:`core.models.protocol.StepModel`.

        Args:
            tokens: (R,) ids.
            forced_attention: (R, S) weights to use in place of the computed ones.
        """
        steps, combine, project = self._packed(self._pack)
        hiddens, cells = [], []
        output = self.embedding(tokens)  # (R, E)
        for cell_of, hidden, cell in zip(
            steps, state.hidden.unbind(), state.cell.unbind(), strict=True
        ):
            output, cell = cell_of(output, hidden, cell)
            hiddens.append(output)
            cells.append(cell)
        sources, rows = state.memory.values.size(0), len(tokens)
        grouped = (sources, rows // sources, -1)  # rows of a source stand together
        forced = None if forced_attention is None else forced_attention.view(grouped)
        context, weights = self.attention(output.view(grouped), state.memory, forced)
        features = combine(torch.cat((output, context.view(rows, -1)), dim=1)).tanh_()
        after = DecoderState(torch.stack(hiddens), torch.stack(cells), state.memory)
        return StepOutput(project(features), after, weights.view(rows, -1))

    def _pack(self) -> _StepProducts:
        bias = self.bias.detach().clone()
        bias[self.writable :] = -torch.inf
        return (
            [cell_step(self.lstm, layer) for layer in range(self.lstm.num_layers)],
            StepProduct(self.combine.weight, self.combine.bias),
            StepProduct(self.embedding.weight, bias),
        )

    def _attentional(self, outputs: Tensor, context: Tensor) -> Tensor:
        # h~ = tanh(W [c; h]), equation 5 of Luong et al. 2015, here of the embedding's size.
        return torch.tanh(self.combine(torch.cat((outputs, context), dim=-1)))
