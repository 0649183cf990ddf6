"""The encoder: a bidirectional LSTM over the source."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from core.models.recurrent import LSTMS


class Encoder(nn.Module):
    """Bidirectional LSTM; the states of both directions stand side by side."""

    def __init__(
        self, embedding_size: int, hidden_size: int, num_layers: int, dropout: float, cell: str
    ) -> None:
        """``hidden_size`` is that of one direction, ``cell`` a key of LSTMS."""
        super().__init__()
        self.lstm = LSTMS[cell](
            embedding_size,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=dropout if num_layers > 1 else 0.0,
            bidirectional=True,
        )

    def forward(self, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (states, hidden, cell): (B, S, 2H) and twice (L, B, 2H), the final ones.

        Args:
            embedded: (B, S, E).
            lengths: (B,) on the CPU, as packing needs it.
        """
        if bool((lengths == embedded.size(1)).all()):
            # Nothing is padded: the same without packing, which keeps to slower kernels.
            states, (hidden, cell) = self.lstm(embedded)
            return states, _join_directions(hidden), _join_directions(cell)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        outputs, (hidden, cell) = self.lstm(packed)
        states, _ = pad_packed_sequence(outputs, batch_first=True, total_length=embedded.size(1))
        return states, _join_directions(hidden), _join_directions(cell)


def _join_directions(final: Tensor) -> Tensor:
    layers, batch, hidden = final.size(0) // 2, final.size(1), final.size(2)
    by_layer = final.view(layers, 2, batch, hidden)  # (L, 2, B, H)
    return by_layer.transpose(1, 2).reshape(layers, batch, 2 * hidden)
