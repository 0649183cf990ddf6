"""The matrix products of a decoding step.

A step has few rows, so that it costs what reading the weights costs. Checkpoints store float16:
packed as such, they take half the memory traffic and, computed in float32, lose nothing.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import torch
from torch import Tensor
from torch.nn import functional

Products = TypeVar("Products")


class StepProduct:
    """``inputs @ weight.T + bias`` for a weight that stays as it is."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """``weight`` is (N, M), ``bias`` (N,)."""
        self._weight, self._bias = weight.detach(), bias.detach()
        # Taken only where it is exact, and where the processor has the kernel (x86 with fbgemm).
        self._packed = (
            torch.ops.quantized.linear_prepack_fp16(self._weight, self._bias)
            if weight.device.type == "cpu"
            and weight.dtype == torch.float32
            and "fbgemm" in torch.backends.quantized.supported_engines
            and torch.equal(weight, weight.half().float())
            else None
        )

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return (R, N) of inputs (R, M)."""
        if self._packed is not None:
            product: Tensor = torch.ops.quantized.linear_dynamic_fp16(inputs, self._packed)
            return product
        return functional.linear(inputs, self._weight, self._bias)


class Packed(Generic[Products]):
    """What a step multiplies with: a function of the parameters, kept, as each step reads it."""

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        self._watched = tuple(parameters)
        self._kept: tuple[list[tuple[int, int]], Products] | None = None

    def __call__(self, pack: Callable[[], Products]) -> Products:
        """Return what ``pack`` returns, asked again only when a parameter has changed.

        A change through ``.data`` is not seen.
        """
        key = [(parameter.data_ptr(), parameter._version) for parameter in self._watched]
        if self._kept is None or self._kept[0] != key:
            self._kept = key, pack()
        return self._kept[1]
