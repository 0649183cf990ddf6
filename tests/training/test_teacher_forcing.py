"""The study of teacher forcing measures each epoch of each run, and its profile an epoch."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.checkpoint import read_config, read_history
from core.data.corpora import Pair
from core.data.spelling import SpellingData
from core.data.spelling_corpora import CountedWord
from core.evaluation.spelling import character_bleu4
from core.training.callbacks import kept_weights
from core.training.run import train
from core.training.spelling import SpellingTask
from core.training.studies import profile, teacher_forcing
from tests.tiny import letters
from tests.training.test_studies import ROW

WORDS = ["address", "believe", "calendar", "definite", "embarrass", "foreign", "grammar", "height"]
PAIRS = [Pair(word.replace(one, "", 1), word) for word in WORDS for one in dict.fromkeys(word)]
EMPTY = {field.name: [] for field in dataclasses.fields(SpellingData)} | {"test": {}}
DATA = SpellingData(
    **EMPTY
    | {
        "train": PAIRS[:-9],
        "words": [CountedWord(word, 9) for word in WORDS * 2],
        "valid": PAIRS[-9:],
    }
)


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The study with two small sizes, on thirty made-up pairs."""
    small = {
        "WORK": tmp_path,
        "load_spelling": lambda: DATA,
        "_PAIRS": 30,
        "_VALID": 6,
        "_HIDDEN_SIZES": (16, 32),
    }
    for name, value in small.items():
        monkeypatch.setattr(teacher_forcing, name, value)
    sizes = teacher_forcing._RECIPE.model | {"embedding_size": 8}
    changed = {"model": sizes, "batch_tokens": 128, "warmup_steps": 1, "learning_rate": 1e-2}
    recipe = dataclasses.replace(teacher_forcing._RECIPE, **changed)
    monkeypatch.setattr(teacher_forcing, "_RECIPE", recipe)
    monkeypatch.setattr(profile, "_HIDDEN_SIZE", 16)
    teacher_forcing.few_pairs.cache_clear()
    yield
    teacher_forcing.few_pairs.cache_clear()


def test_the_pairs_are_few_and_always_the_same() -> None:
    data = teacher_forcing.few_pairs()
    teacher_forcing.few_pairs.cache_clear()
    assert teacher_forcing.few_pairs() == data
    assert len(set(data.train)) == 30 and set(data.train) < set(DATA.train)
    assert len(set(data.valid)) == 6 and set(data.valid) < set(DATA.valid)


def test_an_epoch_is_each_pair_once() -> None:
    recipe, options = teacher_forcing.plan(16, 0.5, epochs=3, device="cpu")
    task = SpellingTask(recipe, teacher_forcing.few_pairs())
    stream = iter(task.stream(task.tokenizer()))
    batches = [next(stream) for _ in range(options.max_steps)]
    letters_and_ends = sum(len(pair.target) + 1 for pair in task.data.train)
    assert sum(int(batch.is_target.sum()) for batch in batches) == 3 * letters_and_ends
    assert recipe.validate_every * 3 == options.max_steps


def test_the_encoder_has_half_the_size_in_each_direction() -> None:
    recipe, _ = teacher_forcing.plan(32, 0.5, epochs=1, device="cpu")
    assert recipe.model["decoder_hidden_size"] == 2 * recipe.model["encoder_hidden_size"] == 32
    assert recipe.teacher_forcing == 0.5


def test_there_is_a_row_and_two_curves_for_each_size_and_ratio(tmp_path: Path) -> None:
    report = teacher_forcing.teacher_forcing("a command", epochs=2)
    assert report.keys() == ROW and report["command"] == "a command"
    rows, lines = report["rows"], {line["name"]: line["y"] for line in report["series"]}
    runs = [(row["hidden_size"], row["ratio"]) for row in rows]
    assert runs == [(size, ratio) for size in (16, 32) for ratio in (1.0, 0.5, 0.0)]
    assert len(lines) == 12
    for row in rows:
        folder = tmp_path / f"teacher-forcing-{row['hidden_size']}-{row['ratio']}"
        assert read_config(folder)["recipe"]["teacher_forcing"] == row["ratio"]
        name = f"{row['hidden_size']}, ratio {row['ratio']:g}"
        losses, bleu4 = lines[f"{name}, loss"], lines[f"{name}, BLEU-4"]
        assert losses == [one["valid_loss"] for one in read_history(folder)]
        assert len(losses) == len(bleu4) == 2
        assert row["best_loss"] == round(min(losses), 3)
        assert row["best_bleu4"] == pytest.approx(bleu4[row["best_epoch"] - 1], abs=1e-3)
        assert row["best_bleu4"] == pytest.approx(max(bleu4), abs=1e-3)
        assert str(row["best_bleu4"]) in report["finding"]
        assert row["core_seconds_per_epoch"] > 0
    assert len({tuple(line) for name, line in lines.items() if "loss" in name}) == 6
    assert rows[0]["weights"] == rows[1]["weights"] < rows[3]["weights"]


def test_each_epoch_is_measured_with_its_own_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[torch.Tensor] = []

    def bleu4(corrector: SimpleNamespace) -> float:
        measured.append(corrector.model.decoder.bias.detach().clone())
        return 0.1 * len(measured)

    monkeypatch.setattr(teacher_forcing, "_bleu4", bleu4)
    assert teacher_forcing._run(16, 0.5, epochs=2).bleu4 == pytest.approx([0.1, 0.2])
    kept = kept_weights(tmp_path / "teacher-forcing-16-0.5-run" / "weights")
    assert not kept[0]["decoder.bias"].equal(kept[1]["decoder.bias"])
    for one, other in zip(measured, kept, strict=True):
        assert one.equal(other["decoder.bias"])


def test_bleu4_is_that_of_greedy_decoding() -> None:
    pairs = teacher_forcing.few_pairs().valid

    def decode(sources: list[str], options: object) -> list[list[SimpleNamespace]]:
        assert options.method == "greedy"
        found = {pair.source: pair.target for pair in pairs[1:]}
        rows = letters().encode_batch([found.get(source, source) for source in sources])
        return [[SimpleNamespace(tokens=[*row, letters().eos_id])] for row in rows]

    corrector = SimpleNamespace(decode=decode, target_tokenizer=letters())
    first = character_bleu4(pairs[0].target, pairs[0].source)
    assert first < 0.9
    assert teacher_forcing._bleu4(corrector) == pytest.approx((5 + first) / 6)


def test_the_profile_has_ten_operations_for_each_way() -> None:
    report = profile.teacher_forcing_profile("a command")
    assert report.keys() == ROW
    _, options = teacher_forcing.plan(16, 1.0, epochs=1, device="cpu")
    assert f"of {options.max_steps} optimizer steps" in report["title"]
    for way in profile._WAYS:
        rows = [row for row in report["rows"] if (row["way"], row["device"]) == (way, "CPU")]
        shares = [row["share"] for row in rows]
        assert len(rows) == 10 and shares == sorted(shares, reverse=True)
        assert 0.3 < sum(shares) < 1
        assert all(row["calls"] > 0 for row in rows)
        assert f"{way} takes" in report["finding"]


def test_the_most_expensive_operations_come_first() -> None:
    times = {"add": 1_000_000, "mul": 3_000_000, "cat": 0}  # microseconds
    events = [SimpleNamespace(key=key, count=2, time=time) for key, time in times.items()]
    # The process has had half of the core's time.
    rows, total = profile.most_expensive(events, "time", 0.5e-6)
    assert total == pytest.approx(2.0)
    assert rows == [
        {"operation": "mul", "calls": 2, "seconds": 1.5, "share": 0.75},
        {"operation": "add", "calls": 2, "seconds": 0.5, "share": 0.25},
        {"operation": "cat", "calls": 2, "seconds": 0.0, "share": 0.0},
    ]


def test_the_steps_of_scheduled_sampling_are_seen_in_the_profile() -> None:
    choices = []
    for ratio in profile._WAYS.values():
        recipe, options = teacher_forcing.plan(16, ratio, epochs=1, device="cpu")
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as found:
            train(recipe, options, teacher_forcing.few_pairs())
        calls = {event.key: event.count for event in found.key_averages()}
        choices.append(calls.get("aten::argmax", 0))
    assert choices[0] == 0 < choices[1]
