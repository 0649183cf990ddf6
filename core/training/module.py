"""The Lightning module: loss, optimizer, schedule, and what a resumed run needs."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import lightning
import torch
from torch import Tensor

from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.training.optimizer import make_optimizer
from core.training.task import Batch, Carried, Stream, Task

_NOTHING = {"step": 0, "epoch": 0, "seconds": 0.0, "tokens": 0}


class TrainingModule(lightning.LightningModule):
    """Trains the model of a task on its stream; the schedule lies over time or over steps."""

    def __init__(
        self,
        model: Seq2Seq | LanguageModel,
        task: Task,
        stream: Stream,
        minutes: float,
        max_steps: int,
        history: Sequence[dict[str, float]] = (),
    ) -> None:
        """``max_steps`` > 0 lays the schedule over so many steps, else over ``minutes``.

        ``history`` is that of the run whose weights this one starts from, if any: it goes on.
        """
        super().__init__()
        self.model, self.task, self.stream = model, task, stream
        self.recipe = task.recipe
        self.minutes, self.max_steps = minutes, max_steps
        self.history = list(history)
        self._earlier = history[-1] if history else _NOTHING
        # Each epoch has an order and changes of its own: not those again that have been read.
        self.stream.place = (int(self._earlier["epoch"]), 0)
        self.tokens_seen = 0
        self.progress = 0.0  # the share of the schedule that is done, 0 … 1
        self._seconds_before = 0.0  # of the runs that this one resumes
        self._started = time.monotonic()
        self._carried: Carried = None  # what the next training batch begins with
        self._carried_validation: Carried = None
        self._sums = torch.zeros(2)  # negative log-likelihood and tokens since the last validation

    @property
    def seconds(self) -> float:
        """Seconds of training, those of resumed runs included."""
        return self._seconds_before + time.monotonic() - self._started

    def _share_done(self) -> float:
        if self.max_steps > 0:
            return min(self.global_step / self.max_steps, 1.0)
        done = min(self.seconds / (60 * self.minutes), 1.0)
        # The clock of the first process is that of all: they must learn at one rate, and stop at
        # one step.
        return done if self.trainer.world_size == 1 else self.trainer.strategy.broadcast(done)

    def on_fit_start(self) -> None:
        self._started = time.monotonic()
        rank = self.trainer.global_rank
        if rank:  # processes of one seed would drop the same; a resumed one, what it has dropped
            torch.manual_seed(self.recipe.seed + rank + self.tokens_seen)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        loss, nll, self._carried = self.task.loss(
            self.model, batch, self._carried, self.recipe.label_smoothing
        )
        count = int(batch.is_target.sum())
        self.tokens_seen += count * self.trainer.world_size
        self._sums += torch.tensor([nll.item() * count, count])
        return loss * self._weight(count)

    def _weight(self, count: int) -> Tensor | float:
        """Return what a batch's mean weighs, so that each token of all processes weighs the same.

        Their gradients are averaged, whatever the sizes of their batches.
        """
        if self.trainer.world_size == 1:
            return 1.0
        mean = torch.tensor(float(count), device=self.device)
        return count / self.trainer.strategy.reduce(mean, reduce_op="mean")

    def validation_step(self, batch: Batch, index: int) -> None:
        nll = self._validate(batch)
        self.log("valid_loss", nll, batch_size=int(batch.is_target.sum()), sync_dist=True)

    def _validate(self, batch: Batch) -> Tensor:
        """Return the mean negative log-likelihood in nats of a token; batches come in order."""
        _, nll, self._carried_validation = self.task.loss(
            self.model, batch, self._carried_validation, 0.0
        )
        return nll

    @torch.no_grad()
    def validation_loss(self, batches: Iterable[Any]) -> float:
        """Return the mean negative log-likelihood in nats of a token, outside of a run."""
        self.model.eval()
        losses, counts = [], []
        for batch in batches:
            counts.append(int(batch.is_target.sum()))
            losses.append(self._validate(batch.to(self.device)).item() * counts[-1])
        return sum(losses) / sum(counts)

    def record_validation(self) -> None:
        """Add a row to the history, from the validation that has just ended."""
        self.history.append(
            {
                "step": self._earlier["step"] + self.global_step,
                "epoch": self.stream.place[0],
                "seconds": round(self._earlier["seconds"] + self.seconds, 1),
                "tokens": self._earlier["tokens"] + self.tokens_seen,
                "train_loss": round(float(self._sums[0] / self._sums[1]), 4),
                "valid_loss": round(float(self.trainer.callback_metrics["valid_loss"]), 4),
                "learning_rate": self.trainer.optimizers[0].param_groups[0]["lr"],
            }
        )
        self._sums.zero_()
        if self.logger is not None:
            self.logger.log_metrics(
                {key: self.history[-1][key] for key in ("train_loss", "learning_rate")},
                step=self.global_step,
            )

    def on_train_batch_start(self, batch: Batch, index: int) -> None:
        self.stream.place = batch.next_place  # before the callbacks that save it
        self.progress = self._share_done()
        warm = min(1.0, (self.global_step + 1) / self.recipe.warmup_steps)
        rate = self.recipe.learning_rate * warm * (1.0 - self.progress)
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = rate

    def on_train_batch_end(self, outputs: Any, batch: Batch, index: int) -> None:
        self.progress = self._share_done()
        if self.progress >= 1.0:
            self.trainer.should_stop = True

    def configure_optimizers(self) -> torch.optim.Optimizer:
        recipe = self.recipe
        return make_optimizer(
            recipe.optimizer, self.model, recipe.learning_rate, recipe.weight_decay
        )

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["seqlens"] = {
            "place": self.stream.place,
            "seconds": self.seconds,
            "tokens": self.tokens_seen,
            "history": self.history,
            "earlier": self._earlier,
            "sums": self._sums,
            "carried": self._carried,
            "random": torch.get_rng_state(),
            "random_of_gpu": torch.cuda.get_rng_state() if self.on_gpu else None,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        saved = checkpoint["seqlens"]
        self.stream.place = tuple(saved["place"])
        self._seconds_before = saved["seconds"]
        self.tokens_seen = saved["tokens"]
        self.history, self._earlier = saved["history"], saved["earlier"]
        self._sums = saved["sums"]
        # Of several processes it is that of the first, about its texts.
        self._carried = saved["carried"] if self.trainer.world_size == 1 else None
        torch.set_rng_state(saved["random"])
        if saved["random_of_gpu"] is not None and torch.cuda.is_available():
            torch.cuda.set_rng_state(saved["random_of_gpu"])
