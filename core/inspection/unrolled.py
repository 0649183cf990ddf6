"""A language model step by step, as a graph in which every state can be asked for its gradient."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import linear

from core.decoding.stopping import check_wanted
from core.inspection.equations import CELLS
from core.models.language_model import LanguageModel
from core.models.recurrence import Weights


class Unrolled:
    """What a model computes while it reads ids from an empty state, in float64.

    Its weights are copies, so that requests side by side share nothing and the model's own need no
    gradient.
    """

    def __init__(self, model: LanguageModel, ids: Sequence[int]) -> None:
        self.model = model
        self.weights = {
            name: value.detach().double().requires_grad_("_hh_" not in name)
            for name, value in model.named_parameters()
        }
        self.cell = CELLS[str(model.layers[0].mode)]
        # By layer and step the quantities (1, QH) of a Cell, the hidden state first.
        self.layers: list[list[Tensor]] = []
        self.biases: list[Tensor] = []  # by layer (T, GH), see _run
        # All at once: the gradient of a single look-up is as large as the embedding.
        outputs = self.weights["embedding.weight"][list(ids)]  # (T, E)
        for number in range(model.config.num_layers):
            self._run(f"layers.{number}", outputs)
            outputs = torch.cat([self._hidden(step) for step in self.layers[-1]])  # (T, H)

    def log_probs(self) -> Tensor:
        """Return the log-probabilities (V,) of the next token, see LanguageModel.project."""
        weights, output = self.weights, self._hidden(self.layers[-1][-1])[0]
        if self.model.narrow is not None:
            output = linear(output, weights["narrow.weight"], weights["narrow.bias"])
        of_output = weights["embedding.weight" if self.model.config.tied else "output.weight"]
        logits = linear(output, of_output, weights["bias"])
        return logits[: self.model.config.writable].log_softmax(dim=0)

    def gradients(self, loss: Tensor) -> tuple[list[list[dict[str, Tensor]]], Tensor]:
        """Return the gradients of a loss, in one pass back.

        Returns:
            by layer and step, that with respect to "hidden" and, of an LSTM, "cell", (H,) each;
            and the norm of that with respect to all weights together, ().
        """
        steps = [step for layer in self.layers for step in layer]
        leaves = [one for one in self.weights.values() if one.requires_grad]
        found = torch.autograd.grad(loss, [*steps, *self.biases, *leaves])
        of_states = map(self._of_states, steps, found)
        of_biases = found[len(steps) : -len(leaves)]
        of_weights = [*found[-len(leaves) :]]
        for layer, of_bias in zip(self.layers, of_biases, strict=True):
            hidden = torch.cat([self._hidden(step) for step in layer]).detach()  # (T, H)
            # Those of U and b': Σ δ_t h_{t-1}ᵀ, where h before the first step is 0, and Σ δ_t.
            of_weights += [of_bias[1:].T @ hidden[:-1], of_bias.sum(dim=0)]
        norm = torch.stack([one.norm() for one in of_weights]).norm()
        return [[next(of_states) for _ in layer] for layer in self.layers], norm

    def _run(self, name: str, inputs: Tensor) -> None:
        """Run a layer over inputs (T, M)."""
        parts = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        weights = Weights(*(self.weights[f"{name}.{part}"] for part in parts))
        entering = linear(inputs, weights.of_input, weights.bias_input)  # (T, GH)
        # A copy of b' for each step: its gradient is the δ_t of the sums in `gradients`. Asked for
        # that of U itself, autograd would make a matrix of U's size at each step.
        assert weights.bias_hidden is not None
        biases = weights.bias_hidden.expand_as(entering).clone().requires_grad_()
        steps: list[Tensor] = []
        before = inputs.new_zeros(1, len(self.cell.quantities) * self.model.config.hidden_size)
        for step, bias in zip(entering.split(1), biases.unbind(), strict=True):
            check_wanted()
            before = self.cell.step(step, weights._replace(bias_hidden=bias), before)
            steps.append(before)
        self.layers.append(steps)
        self.biases.append(biases)

    def _hidden(self, quantities: Tensor) -> Tensor:
        return quantities[:, : self.model.config.hidden_size]

    def _of_states(self, quantities: Tensor, gradient: Tensor) -> dict[str, Tensor]:
        """Return the total derivatives, of what autograd gives for the quantities (1, QH)."""
        values, by = self._split(quantities.detach()), self._split(gradient)
        found = {"hidden": by["hidden"]}
        if "cell" in values:
            # What autograd gives goes by the next step; h = o ⊙ tanh(c) lies inside this one.
            by_hidden = values["output gate"] * (1 - values["cell"].tanh() ** 2) * by["hidden"]
            found["cell"] = by["cell"] + by_hidden
        return found

    def _split(self, quantities: Tensor) -> dict[str, Tensor]:
        """Return the quantities (1, QH) of a step by name, (H,) each."""
        names = self.cell.quantities
        return dict(zip(names, quantities[0].chunk(len(names)), strict=True))
