"""Settings that every test shares."""

import os

from hypothesis import settings

# Before anything imports torch, and for the processes that tests start: the models are so small
# that a second thread only waits for the first, on a busy machine twenty times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No test is timed, property tests included: a busy machine is no fault.
settings.register_profile("seqlens", deadline=None)
settings.load_profile("seqlens")
