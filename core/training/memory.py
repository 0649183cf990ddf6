"""Memory that stays with the process between two steps."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # of glibc's malloc.h
_NEVER = 2**31 - 1  # bytes that may lie idle before they are given back


def keep_memory() -> None:
    """Let glibc keep freed buffers instead of giving them back to the system at each step.

    A step of training frees and takes hundreds of megabytes; fetched anew, page by page, they cost
    a fifth of its time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:  # musl has none
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, _NEVER)
