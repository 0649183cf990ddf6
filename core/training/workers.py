"""Batches made by processes of their own, where a GPU would wait for them."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from core.training.task import Stream

_MOST = 8  # processes; each has the training data in its memory
_THREADS = 2  # of the machine that a process needs, with what it leaves to the training


def loader(stream: Stream, uses_gpu: bool) -> Iterable[Any]:
    """Return the batches of a stream; beside a GPU other processes make them.

    Those of a pair stream are many, each with pairs of its own, like the processes that train (see
    :class:`core.data.batching.BatchStream`). Chunks of a text follow each other: one makes them.
    A resumed run goes on at the place of one of them, from which the others differ by a batch.
    """
    if not uses_gpu:
        return stream
    most = max(1, min(_MOST, (os.cpu_count() or 1) // _THREADS // stream.world))
    workers = most if stream.divisible else 1
    return DataLoader(_Dealt(stream), batch_size=None, num_workers=workers, prefetch_factor=4)


class _Dealt(IterableDataset[Any]):
    """A stream of which each worker has its share."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Any]:
        worker, stream = get_worker_info(), self._stream
        assert worker is not None  # the stream is a copy of its own
        stream.rank = stream.rank * worker.num_workers + worker.id
        stream.world *= worker.num_workers
        return iter(stream)
