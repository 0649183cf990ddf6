"""An encoder and a decoder with attention: one sequence in, another out."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import UserError
from core.models.decoder import Decoder, DecoderState
from core.models.encoder import Encoder
from core.models.protocol import StepOutput
from core.models.recurrent import LSTMS
from core.models.sizes import check_integer, check_multiple, check_probability
from core.models.word_dropout import drop_words


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Sizes of a :class:`Seq2Seq`; widths are multiples of 8, vocabularies of 64."""

    source_vocab_size: int
    target_vocab_size: int
    writable: int  # target ids 0 … writable - 1 can be written; the others are never chosen
    joint_vocabulary: bool = True  # one embedding for source, target and output
    embedding_size: int = 256
    encoder_hidden_size: int = 192  # of each direction
    encoder_layers: int = 2
    decoder_hidden_size: int = 384
    decoder_layers: int = 2
    cell: str = "lstm"  # or "own": the LSTM of core.models.recurrent
    score: str = "general"  # or "dot"
    dropout: float = (
        0.2  # probability; embeddings, between layers, and what attention and output read
    )
    word_dropout: float = 0.0  # probability of losing a whole input embedding

    def __post_init__(self) -> None:
        check_multiple(self, 8, "embedding_size", "encoder_hidden_size", "decoder_hidden_size")
        check_multiple(self, 64, "source_vocab_size", "target_vocab_size")
        check_integer(self, self.target_vocab_size, "writable")
        check_probability(self, "dropout", "word_dropout")
        check_integer(self, 16, "encoder_layers", "decoder_layers")
        if self.encoder_layers != self.decoder_layers:
            raise UserError("encoder_layers and decoder_layers must be equal.")
        if self.cell not in LSTMS:
            raise UserError(f"cell must be one of {', '.join(LSTMS)}, not {self.cell!r}.")
        if self.score not in ("dot", "general"):
            raise UserError(f"score must be 'dot' or 'general', not {self.score!r}.")
        if self.score == "dot" and self.decoder_hidden_size != 2 * self.encoder_hidden_size:
            raise UserError("score 'dot' needs decoder_hidden_size = 2 × encoder_hidden_size.")
        if self.joint_vocabulary and self.source_vocab_size != self.target_vocab_size:
            raise UserError("a joint vocabulary needs equal vocabulary sizes.")

    @property
    def vocab_sizes(self) -> tuple[int, ...]:
        """That of each tokenizer: one for a joint vocabulary, else source and target."""
        if self.joint_vocabulary:
            return (self.target_vocab_size,)
        return (self.source_vocab_size, self.target_vocab_size)


class Seq2Seq(nn.Module):
    """Bidirectional LSTM encoder, LSTM decoder, Luong attention, tied embeddings."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        embedding_size, memory_size = config.embedding_size, 2 * config.encoder_hidden_size
        self.target_embedding = nn.Embedding(config.target_vocab_size, embedding_size)
        self.source_embedding = (
            self.target_embedding
            if config.joint_vocabulary
            else nn.Embedding(config.source_vocab_size, embedding_size)
        )
        self.encoder = Encoder(
            embedding_size,
            config.encoder_hidden_size,
            config.encoder_layers,
            config.dropout,
            config.cell,
        )
        self.decoder = Decoder(
            self.target_embedding,
            config.decoder_hidden_size,
            config.decoder_layers,
            memory_size,
            config.score,
            config.dropout,
            config.writable,
            config.cell,
        )
        self.bridge_hidden = _bridges(config.decoder_layers, memory_size, self.decoder)
        self.bridge_cell = _bridges(config.decoder_layers, memory_size, self.decoder)
        self.dropout = nn.Dropout(config.dropout)
        for embedding in (self.source_embedding, self.target_embedding):
            # The same matrix is the output layer: unit variance would saturate the first softmax.
            nn.init.normal_(embedding.weight, std=embedding_size**-0.5)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.decoder.bias.device

    def start(self, source: Tensor, lengths: Tensor) -> DecoderState:
        """Encode the sources and return the state before the first token.

        Args:
            source: (B, S) ids, padded on the right.
            lengths: (B,) their lengths, on the CPU.
        """
        states, hidden, cell = self.encoder(
            self._embed(source, self.source_embedding), lengths
        )  # (B, S, M), (L, B, M), (L, B, M)
        return DecoderState(
            torch.stack(
                [torch.tanh(b(h)) for b, h in zip(self.bridge_hidden, hidden, strict=True)]
            ),
            torch.stack([b(c) for b, c in zip(self.bridge_cell, cell, strict=True)]),
            self.decoder.attention.remember(states, lengths),
        )

    def step(
        self, tokens: Tensor, state: DecoderState, forced_attention: Tensor | None = None
    ) -> StepOutput[DecoderState]:
        """Read one token for each row; see :meth:`core.models.decoder.Decoder.step`."""
        return self.decoder.step(tokens, state, forced_attention)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return (features, attention) of whole targets: (B, T, E) and (B, T, S).

        ``decoder.project`` makes logits of features; training has a faster way, for real tokens.

        Args:
            source: (B, S) ids, padded on the right.
            lengths: (B,) source lengths, on the CPU.
            target: (B, T) input ids, beginning with ``<s>``, padded on the right.
        """
        return self.read(target, self.start(source, lengths))

    def read(self, target: Tensor, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Return what :meth:`forward` returns, for targets (B, T) after a state of B sources."""
        embedded = self._embed(target, self.target_embedding)
        return self.decoder(embedded, state.hidden, state.cell, state.memory)

    def _embed(self, tokens: Tensor, embedding: nn.Embedding) -> Tensor:
        embedded = self.dropout(embedding(tokens))  # (B, T, E)
        return drop_words(embedded, self.config.word_dropout * self.training)


def _bridges(layers: int, memory_size: int, decoder: Decoder) -> nn.ModuleList:
    """One projection a layer from the encoder's final states to the decoder's first ones."""
    return nn.ModuleList(nn.Linear(memory_size, decoder.lstm.hidden_size) for _ in range(layers))
