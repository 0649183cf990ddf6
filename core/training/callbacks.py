"""What happens beside the steps: progress bar, resumable state, weights to export."""

import io
import logging
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from tqdm import tqdm

from core.errors import UserError
from core.training.module import TrainingModule

log = logging.getLogger(__name__)
Weights = dict[str, torch.Tensor]


class Progress(Callback):
    """A bar of the schedule's share that is done, with tokens per second and time left."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._before = 0  # tokens of the runs that this one resumes

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        assert isinstance(module, TrainingModule)
        self._before = module.tokens_seen
        self._bar = tqdm(
            disable=not trainer.is_global_zero,
            total=100.0,
            bar_format="{percentage:3.0f}%|{bar:20}|{postfix}",
        )

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, index: int
    ) -> None:
        assert isinstance(module, TrainingModule)
        share = module.progress
        left = module.seconds * (1 - share) / max(share, 1e-9) / 60
        elapsed = self._bar.format_dict["elapsed"]
        rate = (module.tokens_seen - self._before) / max(elapsed, 1e-9)
        self._bar.n = 100 * share
        loss = module.history[-1]["valid_loss"] if module.history else float("nan")
        self._bar.set_postfix_str(
            f" step {module.global_step}, {rate:,.0f} tokens/s, {left:.0f} min left,"
            f" validation loss {loss:.3f}"
        )

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        self._bar.close()


class SaveState(Callback):
    """Writes the state of training, so that a killed run can go on."""

    def __init__(self, path: Path, every: int) -> None:
        """``every`` is in optimizer steps; it is also written behind each validation."""
        self._path, self._every = path, every

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, index: int
    ) -> None:
        assert isinstance(module, TrainingModule)
        # Before a validation is no place to go on from: it would be left out.
        validates = trainer.global_step % module.recipe.validate_every == 0
        if not validates and trainer.global_step % self._every == 0:
            self._save(trainer)

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        if _is_number(trainer):
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        # A kill while it is written leaves the older state whole.
        part = self._path.with_suffix(".part")
        trainer.save_checkpoint(part)
        if trainer.is_global_zero:
            os.replace(part, self._path)


def _is_number(trainer: Trainer) -> bool:
    """Return whether the last validation gave one: a run with too high a rate diverges."""
    return math.isfinite(trainer.callback_metrics["valid_loss"])


class KeepWeights(Callback):
    """Keeps the best weights and those of the last validations, and exports each best."""

    def __init__(self, folder: Path, last: int, export: Callable[[TrainingModule], None]):
        """``export`` is called whenever the validation loss is the best so far."""
        self._folder, self._last, self._export = folder, last, export

    def on_fit_start(self, trainer: Trainer, module: LightningModule) -> None:
        assert isinstance(module, TrainingModule)
        none_yet = trainer.is_global_zero and not (self._folder / "best.pt").is_file()
        if module.history and none_yet:  # that of the checkpoint that the run starts from
            self._keep(module, "best")
            self._keep(module, "start")

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        assert isinstance(module, TrainingModule)
        if not _is_number(trainer):  # EarlyStopping ends it
            if trainer.is_global_zero and module.history:
                log.warning("The validation loss is no number any more; the best weights are kept.")
            return
        module.record_validation()
        if not trainer.is_global_zero:
            return
        self._keep(module, f"step-{module.global_step:07d}")
        for old in sorted(self._folder.glob("step-*.pt"))[: -self._last]:
            old.unlink()
        losses = [row["valid_loss"] for row in module.history]
        if losses[-1] == min(losses):
            self._keep(module, "best")
            self._export(module)

    def _keep(self, module: TrainingModule, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        weights = {key: p.detach().cpu() for key, p in module.model.named_parameters()}
        content = io.BytesIO()
        torch.save(weights, content)
        # Whole or not at all, as the run may be killed; and a full disk is an OSError.
        part = self._folder / f"{name}.part"
        part.write_bytes(content.getbuffer())
        os.replace(part, self._folder / f"{name}.pt")

    def candidates(self) -> list[Weights]:
        """Return what may be exported: the best weights, the mean of the last, and two more.

        Where a run goes on from a checkpoint these are the weights that it started from, and the
        mean of them and of that mean (Wortsman et al. 2022, arXiv 2109.01903).

        Raises:
            UserError: no validation gave a number.
        """
        last = kept_weights(self._folder)
        if not last:
            raise UserError("The validation loss was never a number; try a lower --learning-rate.")
        best, mean = _read(self._folder / "best.pt"), _mean(last)
        if not (self._folder / "start.pt").is_file():
            return [best, mean]
        start = _read(self._folder / "start.pt")
        return [best, mean, _mean([mean, start]), start]


def kept_weights(folder: Path) -> list[Weights]:
    """Return the weights of the last validations of a run, in their order."""
    return [_read(path) for path in sorted(folder.glob("step-*.pt"))]


def _mean(several: list[Weights]) -> Weights:
    return {name: torch.stack([one[name] for one in several]).mean(0) for name in several[0]}


def _read(path: Path) -> Weights:
    weights: Weights = torch.load(path, weights_only=True)
    return weights
