"""Peak memory of a fresh process that loads the checkpoint and translates.

Run as a script it prints {"loaded": MiB, "sentence": MiB, "file": MiB}, each the peak so far.
"""

import json
import os
import resource
import subprocess
import sys

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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, KiB on Linux


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
