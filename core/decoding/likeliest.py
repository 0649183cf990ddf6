"""The largest of many numbers: what topk gives, sooner for long rows."""

from torch import Tensor

_BLOCK = 64  # every vocabulary is a multiple of it
_FEW = 8  # so many times more blocks than are looked into, or it does not pay


def likeliest(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the ``count`` largest of values (R, V), best first, and their places: (R, C).

    No more than there are. They lie in the blocks whose largest value is largest, so the others
    need not be looked into.
    """
    rows, size = values.shape
    count = min(count, size)
    if size % _BLOCK or _FEW * count > size // _BLOCK:
        largest, places = values.topk(count, dim=1)
        return largest, places
    blocks = values.view(rows, -1, _BLOCK)
    best = blocks.amax(dim=2).topk(count, dim=1).indices  # (R, C)
    inside = blocks.take_along_dim(best[:, :, None], dim=1).flatten(1)  # (R, C * 64)
    largest, found = inside.topk(count, dim=1)
    return largest, best.gather(1, found // _BLOCK) * _BLOCK + found % _BLOCK
