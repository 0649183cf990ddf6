"""Borrow a GPU on Hugging Face ZeroGPU Spaces; no effect anywhere else."""

import functools
from collections.abc import Callable

import gradio as gr

from core.errors import UserError
from demo import limits

# At import, so before a model is loaded: from here on a ZeroGPU Space says that it has a GPU.
try:
    import spaces
except ImportError:
    spaces = None

# There a GPU is lent for a call at a time: not for a text that is written live, step by step.
WRITER_DEVICE = None if spaces is None else "cpu"


def on_gpu(function: Callable) -> Callable:
    """Return `function` under `spaces.GPU` where that package is installed, else unchanged.

    Such a Space runs the function in a second process and hands back the words of a gr.Error
    alone, so a UserError crosses over as one.
    """
    if spaces is None:
        return function

    @spaces.GPU(duration=limits.SECONDS)
    @functools.wraps(function)
    def run(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return run
