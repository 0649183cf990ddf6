"""Peak memory of a fresh process that loads the checkpoint and translates.

Run as a script it prints {"loaded": MiB, "sentence": MiB, "file": MiB}, each the peak so far.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.report import Figure


def measure_memory(threads: int) -> list[Figure]:
    """Return the peaks of such a process, started for this."""
    command = [sys.executable, "-m", "tests.benchmarks.memory"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    ran = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    peaks = json.loads(ran.stdout)
    return [
        Figure("peak memory, checkpoint loaded", peaks["loaded"], "MiB", note="without the page"),
        Figure("peak memory, one sentence, beam 5", peaks["sentence"], "MiB"),
        Figure("peak memory, the test set, beam 5", peaks["file"], "MiB"),
    ]


def _peak_mebibytes() -> float:
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: on Linux that begins with the peak of the process that started this one.
        lines = status.read_text(encoding="utf-8").splitlines()
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
        return int(peak) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def _main() -> None:
    from core.decoding.options import DecodingOptions
    from core.service import Service
    from tests.benchmarks.material import SENTENCE, test_set

    service, peaks = Service(device="cpu"), {}
    service.translator()
    peaks["loaded"] = _peak_mebibytes()
    service.translate(SENTENCE)
    peaks["sentence"] = _peak_mebibytes()
    sources = [pair.source for pair in test_set()]
    list(service.translator().translate_lines(sources, DecodingOptions()))
    peaks["file"] = _peak_mebibytes()
    print(json.dumps(peaks))


if __name__ == "__main__":
    _main()
