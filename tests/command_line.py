"""Run the command line in the process of a test: a new one takes seconds to import torch."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from core.__main__ import main


class Result(NamedTuple):
    status: int
    out: str
    err: str


def run_core(*arguments: object) -> Result:
    """Run ``python -m core`` in the current folder."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["core", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
    return Result(int(caught.value.code or 0), out.getvalue(), err.getvalue())
