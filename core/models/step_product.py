"""The matrix products of a decoding step.

A step has few rows, so that it costs what reading the weights costs. Checkpoints store float16:
packed as such, they take half the memory traffic and, computed in float32, lose nothing.
"""

import torch
from torch import Tensor
from torch.nn import functional


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
