"""What a training run is told beside its recipe."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch

from core.errors import UserError


@dataclass(frozen=True)
class RunOptions:
    """Where a run writes, how long it takes, and what it starts from."""

    output: Path  # the checkpoint folder
    work: Path  # state, logs and weights of the run
    command: str  # that repeats it, for the card
    minutes: float  # of training, those of the run that it resumes included
    max_steps: int = -1  # > 0: so many optimizer steps instead of minutes
    resume: bool = False
    start_from: Path | None = None  # a checkpoint folder
    device: str = "auto"  # or cpu, cuda
    devices: int = 1  # of each machine
    num_nodes: int = 1  # machines

    def __post_init__(self) -> None:
        if not (math.isfinite(self.minutes) and self.minutes > 0):
            raise UserError(f"max_minutes must be more than 0, not {self.minutes}.")
        if self.max_steps == 0 or self.max_steps < -1:
            raise UserError(f"max_steps must be more than 0, not {self.max_steps}.")
        if self.devices < 1 or self.num_nodes < 1:
            raise UserError("devices and num_nodes must be 1 or more.")
        if self.device not in ("auto", "cpu", "cuda"):
            raise UserError(f"device must be auto, cpu or cuda, not {self.device!r}.")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise UserError("There is no GPU here; give --device cpu or leave it out.")
        if self.uses_gpu and self.devices > (found := torch.cuda.device_count()):
            raise UserError(f"This machine has {found} GPUs, not {self.devices}.")
        if Path.cwd().is_relative_to(self.output.resolve()):
            raise UserError(f"{self.output} can't be the output: it holds more than a model.")
        for folder in filter(None, (self.output, self.start_from)):
            if folder.resolve().is_relative_to(self.work.resolve()):
                raise UserError(f"{folder} can't hold a checkpoint: the run empties {self.work}.")

    @property
    def uses_gpu(self) -> bool:
        """Whether it trains on a GPU."""
        return self.device != "cpu" and torch.cuda.is_available()
