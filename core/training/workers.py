"""Batches made by processes of their own, where a GPU would wait for them."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from core.errors import UserError
from core.training.task import Stream

_MOST = 8  # workers; each has the training data in its memory
_CORES = 2  # for each worker: one for it, one for the training


def loader(stream: Stream, uses_gpu: bool, devices: int) -> Iterable[Any]:
    """Return the batches of a stream; beside a GPU other processes make them.

    Each has its share of the stream, like the processes that train. A run that is resumed goes on
    at the place of one of them: the others may repeat, or leave out, some batches.

    Args:
        devices: processes that train on this machine; others have as many, and as many cores.
    """
    workers = min(_MOST, (os.cpu_count() or 1) // _CORES // devices, stream.shares)
    if not uses_gpu or not workers:
        return stream
    return _Made(
        DataLoader(
            _Shared(stream),
            batch_size=None,
            num_workers=workers,
            prefetch_factor=4,
            multiprocessing_context="fork",  # a task's stream need not be something to pickle
        )
    )


class _Made:
    """The batches that the workers made; what they could not make is raised here."""

    def __init__(self, made: Iterable[Any]) -> None:
        self._made = made

    def __iter__(self) -> Iterator[Any]:
        for batch in self._made:
            if isinstance(batch, UserError):
                raise batch
            yield batch


class _Shared(IterableDataset[Any]):
    """A stream of which each worker has its share."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Any]:
        worker, stream = get_worker_info(), self._stream
        assert worker is not None  # the stream is a copy of its own
        stream.rank = stream.rank * worker.num_workers + worker.id
        stream.world *= worker.num_workers
        try:
            yield from stream
        except UserError as error:  # DataLoader would raise another one, with its traceback
            yield error
