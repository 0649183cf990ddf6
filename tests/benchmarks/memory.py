"""Peak memory of a fresh process that loads the checkpoint and translates.

Run as a script it prints {"loaded": MiB, "sentence": MiB, "file": MiB}, each the peak so far.
"""

import json
import os
import subprocess
import sys

from core.measuring import peak_mebibytes
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


def _main() -> None:
    from core.decoding.options import DecodingOptions
    from core.service import Service
    from tests.benchmarks.material import SENTENCE, test_set

    service, peaks = Service(device="cpu"), {}
    service.translator()
    peaks["loaded"] = peak_mebibytes()
    service.translate(SENTENCE)
    peaks["sentence"] = peak_mebibytes()
    sources = [pair.source for pair in test_set()]
    list(service.translator().translate_lines(sources, DecodingOptions()))
    peaks["file"] = peak_mebibytes()
    print(json.dumps(peaks))


if __name__ == "__main__":
    _main()
