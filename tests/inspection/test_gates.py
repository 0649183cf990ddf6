"""Gates and states written from the equations are those that torch's fused layers have."""

import pytest
import torch
from torch import Tensor

from core.inspection.layers import (
    Packed,
    decoder_layers,
    encoder_layers,
    language_model_layers,
    pack,
)
from core.inspection.results import Quantity
from tests import tiny

TEXTS = [[1, 2, 3], [4, 5, 6, 7, 8, 9], [3, 3], [11]]


def unpack(texts: Packed, values: Tensor) -> list[Tensor]:
    """The rows (T, …) of each text, of values (N, …)."""
    numbers: list[list[int]] = [[] for _ in TEXTS]
    for number, (text, _) in enumerate(texts.places):
        numbers[text].append(number)
    return [values[rows] for rows in numbers]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm", "own"])
def test_states_of_a_language_model_are_those_of_its_layers(cell: str) -> None:
    model = tiny.language_model(1, cell=cell)
    texts = pack(TEXTS, model.device)
    layers = list(language_model_layers(model, texts).values())
    with torch.no_grad():
        for number, row in enumerate(TEXTS):
            outputs = model.embedding(torch.tensor([row])).transpose(0, 1)  # (T, 1, E)
            for layer, found in zip(model.layers, layers, strict=True):
                outputs, state = layer(outputs)
                assert_close(unpack(texts, found["hidden"])[number], outputs[:, 0])
                if cell in ("lstm", "own"):
                    assert_close(unpack(texts, found["cell"])[number][-1], state[1][0, 0])


@pytest.mark.parametrize("cell", ["lstm", "own"])
def test_states_of_a_translator_are_those_of_encoder_and_decoder(cell: str) -> None:
    model = tiny.model(2, cell=cell)
    sources, targets = pack(TEXTS, model.device), pack(TEXTS[::-1], model.device)
    with torch.no_grad():
        starts = [model.start(torch.tensor([row]), torch.tensor([len(row)])) for row in TEXTS]
        hidden = torch.cat([start.hidden for start in starts], dim=1)
        memory = torch.cat([start.cell for start in starts], dim=1)
        encoded = encoder_layers(model, sources)
        decoded = decoder_layers(model, targets, hidden, memory)
        for number, row in enumerate(TEXTS):
            outputs, (last, final) = model.encoder.lstm(model.source_embedding(torch.tensor([row])))
            layers = list(encoded.values())  # forwards and backwards of layer 1, then of layer 2
            for place, found in enumerate(layers):
                at = -1 if place % 2 == 0 else 0  # where the direction ends
                assert_close(unpack(sources, found["hidden"])[number][at], last[place, 0])
                assert_close(unpack(sources, found["cell"])[number][at], final[place, 0])
            both = torch.cat([one["hidden"] for one in layers[2:]], dim=1)
            assert_close(unpack(sources, both)[number], outputs[0])
        for number, row in enumerate(TEXTS[::-1]):
            before = hidden[:, [number]], memory[:, [number]]
            embedded = model.target_embedding(torch.tensor([row]))
            outputs, (last, final) = model.decoder.lstm(embedded, before)
            found = decoded["decoder layer 2"]
            assert_close(unpack(targets, found["hidden"])[number], outputs[0])
            for layer, one in enumerate(decoded.values()):
                assert_close(unpack(targets, one["cell"])[number][-1], final[layer, 0])


def test_gates_make_the_states() -> None:
    """The published equations hold between what is shown."""
    model, row = tiny.language_model(3, cell="lstm"), [1, 2, 3, 4]
    one = language_model_layers(model, pack([row], model.device))["layer 1"]
    old = torch.cat((torch.zeros(1, 16), one["cell"][:-1]))
    kept = one["forget gate"] * old + one["input gate"] * one["candidate"]
    assert_close(one["cell"], kept)
    assert_close(one["hidden"], one["output gate"] * one["cell"].tanh())
    model = tiny.language_model(3, cell="gru")
    one = language_model_layers(model, pack([row], model.device))["layer 1"]
    old = torch.cat((torch.zeros(1, 16), one["hidden"][:-1]))
    assert_close(one["hidden"], torch.lerp(one["candidate"], old, one["update gate"]))


def test_the_saturated_share_counts_what_is_shut_and_what_is_open() -> None:
    values = torch.tensor([[0.05, 0.5], [0.95, 0.99], [0.1, 0.9], [0.0, 0.3]])
    assert Quantity("forget gate", values).saturated == (0.25, 0.25)
    assert Quantity("hidden", values).saturated is None


def assert_close(found: torch.Tensor, wanted: torch.Tensor) -> None:
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-5)
