"""How much faster than Joey NMT 2.3.0's recurrent model of the same sizes, on the same work.

Compared are both programs' own models and searches from source ids to target ids, with random
weights and the same number of threads, in turns so that drift of the machine meets both:

- the sizes of vocabulary, embedding, encoder, decoder and layers are the same. Joey NMT's design
  remains its own: it feeds the attentional vector back into the LSTM, and its output layer is as
  wide as the decoder and not tied to the embedding;
- the sources have the lengths of test_2016_flickr under the shipped tokenizer, random ids;
- every batch is decoded to the length of its longest reference by both. Ours is told of no ``</s>``
  at all, and that of Joey NMT is seldom chosen by random weights;
- the file goes in the same batches of 64, sorted by length. Ours also returns the attention of each
  hypothesis, as it always does; Joey NMT's beam search returns none.

Ours with its trained checkpoint, from text to text, is what translate.py measures.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

from core.decoding.beam_search import beam_search
from core.decoding.hypothesis import Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import decode_one_by_one
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from tests.benchmarks.material import random_model
from tests.benchmarks.report import Figure

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-joey"
PACKAGES = ("joeynmt==2.3.0", "numpy", "importlib_metadata", "setuptools<81")
BATCH = 64
BLOCK = 5  # sentences that one program decodes before the other takes its turn
_NO_ID = -1  # chosen by no model: decoding goes on to its limit

Rows = list[tuple[int, int]]


def measure_joey(sizes: Seq2SeqConfig, lengths: Rows, sentences: int = 60) -> list[Figure]:
    """Return both programs' times and the ratios, which count how often ours is done first."""
    chance = random.Random(0)
    some = chance.sample(lengths, min(sentences, len(lengths)))
    by_length = sorted(lengths, key=sum)
    batches = [by_length[n : n + BATCH] for n in range(0, len(by_length), BATCH)]
    ours = Ours(random_model(sizes))
    with Joey(sizes, torch.get_num_threads()) as joey:
        singles = [[row] for row in some]
        greedy = _take_turns(ours, joey, singles, 1, BLOCK)
        beam = _take_turns(ours, joey, singles, 5, BLOCK)
        bulk = _take_turns(ours, joey, batches, 5, 1)
        parameters = joey.parameters
    own = sum(parameter.numel() for parameter in ours.model.parameters())
    note = f"{own / 1e6:.1f} M parameters, Joey NMT {parameters / 1e6:.1f} M"
    return [
        *_single("one sentence, greedy", greedy, "≥ 3.5, goal 6", note),
        *_single("one sentence, beam 5", beam, "≥ 2.5, goal 4", f"{len(some)} sentences"),
        *_bulk(f"test set, beam 5, batches of {BATCH}", bulk, len(lengths), "≥ 2, goal 3"),
    ]


class Ours:
    """Decodes rows of given lengths with random source ids, as Joey does."""

    def __init__(self, model: Seq2Seq) -> None:
        self.model = model

    @torch.inference_mode()
    def seconds(self, rows: Rows, beam: int) -> float:
        """Return how long a batch takes."""
        started = time.perf_counter()
        sources, steps = [source for source, _ in rows], max(target for _, target in rows)
        limits = Limits(
            bos_id=self.model.config.writable,
            eos_id=_NO_ID,
            max_tokens=[steps] * len(rows),
            source_lengths=sources,
            device=self.model.device,
        )
        ids = torch.randint(0, self.model.config.writable, (len(rows), max(sources)))
        state = self.model.start(ids, torch.tensor(sources))
        options = DecodingOptions("beam" if beam > 1 else "greedy", beam)
        if beam > 1:
            best = [found[0] for found in beam_search(self.model, state, options, limits)]
        else:
            best = decode_one_by_one(self.model, state, options, limits)
        taken = time.perf_counter() - started
        assert all(len(sequence.tokens) == steps for sequence in best)
        return taken


class Joey:
    """The peer's process, one request a batch; a context manager that ends it."""

    def __init__(self, sizes: Seq2SeqConfig, threads: int) -> None:
        described = {
            "vocabulary": sizes.target_vocab_size,
            "embedding": sizes.embedding_size,
            "encoder": sizes.encoder_hidden_size,
            "decoder": sizes.decoder_hidden_size,
            "layers": sizes.decoder_layers,
            "threads": threads,
        }
        script = Path(__file__).with_name("joey_peer.py")
        self._process = subprocess.Popen(
            [peer_python(), script, json.dumps(described)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.parameters = int(self._answer()["parameters"])

    def __enter__(self) -> "Joey":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes its stdin, on which it ends

    def seconds(self, rows: Rows, beam: int) -> float:
        """Return how long a batch takes."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"rows": rows, "beam": beam}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        if answer["steps"] < max(target for _, target in rows):
            print(f"Joey NMT ended early: {answer['steps']} steps", file=sys.stderr)
        return answer["seconds"]

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("Joey NMT's process ended; its own message stands above.")
        return json.loads(line)


def peer_python() -> Path:
    """Return the Python of the peer's environment, which is made at the first call."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".installed"
    if not stamp.exists():
        torch_release = torch.__version__.split("+")[0]
        print(f"Making {ENVIRONMENT} with Joey NMT; this is done once.", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        install = [python, "-m", "pip", "install", "-q", f"torch=={torch_release}", *PACKAGES]
        subprocess.run(install, check=True)
        stamp.touch()
    return python


def _take_turns(
    ours: Ours, joey: Joey, batches: list[Rows], beam: int, block: int
) -> list[tuple[float, float]]:
    """Return (our seconds, Joey's seconds) of each batch."""
    for program in (ours, joey):
        for batch in batches[:2]:  # warm-up
            program.seconds(batch, beam)
    taken: list[tuple[float, float]] = []
    for begin in range(0, len(batches), block):
        turn = batches[begin : begin + block]
        first = [ours.seconds(batch, beam) for batch in turn]
        second = [joey.seconds(batch, beam) for batch in turn]
        taken += zip(first, second, strict=True)
    return taken


def _single(name: str, taken: list[tuple[float, float]], reach: str, note: str) -> list[Figure]:
    ours, joey = (statistics.median(side) for side in zip(*taken, strict=True))
    return [
        Figure(f"{name}, ours", 1e3 * ours, "ms", note="random weights, median"),
        Figure(f"{name}, Joey NMT", 1e3 * joey, "ms"),
        Figure(f"{name}, times as fast as Joey NMT", joey / ours, "×", reach, note),
    ]


def _bulk(name: str, taken: list[tuple[float, float]], count: int, reach: str) -> list[Figure]:
    ours, joey = (sum(side) for side in zip(*taken, strict=True))
    return [
        Figure(f"{name}, ours", count / ours, "sentences/s", note="random weights"),
        Figure(f"{name}, Joey NMT", count / joey, "sentences/s"),
        Figure(f"{name}, times as fast as Joey NMT", joey / ours, "×", reach),
    ]
