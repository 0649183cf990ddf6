"""A tiny run learns, writes a checkpoint that loads, and can be gone on with."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from core.checkpoint import load_checkpoint, read_config, save_checkpoint, write_json
from core.data.corpora import Pair
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.pipelines.translator import Translator
from core.training.callbacks import KeepWeights
from core.training.module import TrainingModule
from core.training.run import _load_best, _task, train
from tests.tiny import PAIRS, letters, write_checkpoint
from tests.training.runs import DATA, TEXT, options, recipe, writer_recipe

ROW = {"step", "epoch", "seconds", "tokens", "train_loss", "valid_loss", "learning_rate"}


def history(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "out" / "history.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a run of 40 steps has written."""
    path = tmp_path_factory.mktemp("run")
    train(recipe(), options(path), DATA)
    return path


def test_the_loss_falls(folder: Path) -> None:
    rows = history(folder)
    assert [row["step"] for row in rows] == [10, 20, 30, 40]
    assert all(row.keys() == ROW for row in rows)
    for name in ("train_loss", "valid_loss"):
        losses = [row[name] for row in rows]
        assert losses[-1] < 0.9 * losses[0]
        assert 0 < losses[-1] < 5.8  # a guess among 318 ids costs ln 318 = 5.76 nats
    assert [row["tokens"] for row in rows] == sorted(row["tokens"] for row in rows)
    assert rows[-1]["epoch"] >= 1


def test_the_rate_warms_up_and_falls_to_nothing(folder: Path) -> None:
    rates = [row["learning_rate"] for row in history(folder)]
    assert rates == sorted(rates, reverse=True)
    assert 0.007 < rates[0] < 0.01
    assert rates[-1] == pytest.approx(1e-2 / 40)


def test_the_checkpoint_loads_and_translates(folder: Path) -> None:
    checkpoint = load_checkpoint(folder / "out")
    assert checkpoint.config["recipe"]["name"] == "tiny"
    assert checkpoint.config["recipe"]["data"] == "own"
    result = Translator(checkpoint).translate("Der Hund schläft hier.", DecodingOptions())
    assert len(result.hypotheses) == 5
    files = {path.name for path in (folder / "out").iterdir()}
    expected = {"README.md", "config.json", "history.json", "model.safetensors", "tokenizer.json"}
    assert files == expected


def test_the_model_card_says_what_the_run_was(folder: Path) -> None:
    card = (folder / "out" / "README.md").read_text(encoding="utf-8")
    assert "40 steps" in card
    assert "Multi30k" not in card and "Tatoeba" not in card
    assert f"{min(row['valid_loss'] for row in history(folder)):.3f}" in card


def test_a_translator_of_our_own_layers_learns_the_same(folder: Path, tmp_path: Path) -> None:
    train(recipe(model={**recipe().model, "cell": "own"}), options(tmp_path), DATA)
    for one, other in zip(history(folder), history(tmp_path), strict=True):
        # The same draws, and rounding that differs.
        assert one["valid_loss"] == pytest.approx(other["valid_loss"], rel=0.05)
    assert load_checkpoint(tmp_path / "out").model.config.cell == "own"


def test_equal_runs_are_equal(folder: Path, tmp_path: Path) -> None:
    train(recipe(), options(tmp_path), DATA)
    for one, other in zip(history(folder), history(tmp_path), strict=True):
        assert one | {"seconds": 0} == other | {"seconds": 0}
    weights = [load_file(path / "out" / "model.safetensors") for path in (folder, tmp_path)]
    assert all(tensor.equal(weights[1][name]) for name, tensor in weights[0].items())


def test_training_goes_on_from_a_checkpoint_with_its_history(folder: Path, tmp_path: Path) -> None:
    start = options(tmp_path, start_from=folder / "out", max_steps=10)
    train(recipe(learning_rate=1e-4), start, DATA)
    before, after = history(folder), history(tmp_path)
    assert after[:-1] == before
    assert after[-1]["step"] == 50
    assert after[-1]["epoch"] >= before[-1]["epoch"]
    assert after[-1]["tokens"] > before[-1]["tokens"]
    assert after[-1]["valid_loss"] < before[-1]["valid_loss"] + 0.1
    one, other = (load_checkpoint(path / "out") for path in (folder, tmp_path))
    text = "Der Vogel fällt heute."
    assert one.source_tokenizer.encode(text) == other.source_tokenizer.encode(text)
    assert one.model.config == other.model.config


def test_a_run_that_goes_on_reads_no_epoch_again(folder: Path) -> None:
    task = _task(recipe(), DATA)
    tokenizer = task.tokenizer()
    fresh, further = task.stream(tokenizer), task.stream(tokenizer)
    rows = [row | {"epoch": 3} for row in history(folder)]
    TrainingModule(task.model(tokenizer), task, further, 1, 1, rows)
    assert further.place == (3, 0)
    one, other = (next(iter(stream)).target_output for stream in (fresh, further))
    assert one.tolist() != other.tolist()


def test_a_checkpoint_is_trained_further_in_its_own_folder(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "out")
    train(recipe(), options(tmp_path, start_from=tmp_path / "out", max_steps=10), DATA)
    load_checkpoint(tmp_path / "out")
    assert len(history(tmp_path)) == 1


def test_dropout_of_a_further_run_is_that_of_its_recipe(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "start")
    sizes = {**recipe().model, "dropout": 0.3, "word_dropout": 0.2}
    further = options(tmp_path, start_from=tmp_path / "start", max_steps=2)
    train(recipe(model=sizes), further, DATA)
    config = load_checkpoint(tmp_path / "out").model.config
    assert (config.dropout, config.word_dropout) == (0.3, 0.2)
    without = {name: size for name, size in sizes.items() if not name.endswith("dropout")}
    further = options(tmp_path / "more", start_from=tmp_path / "out", max_steps=2)
    train(recipe(model=without), further, DATA)
    config = load_checkpoint(tmp_path / "more" / "out").model.config
    assert (config.dropout, config.word_dropout) == (0.2, 0.0)  # what a new model has


@pytest.mark.parametrize(("name", "text"), [("start", "own"), ("before/out", "multi30k")])
def test_a_run_from_the_checkpoint_of_another_text_has_a_history_of_its_own(
    tmp_path: Path, name: str, text: str
) -> None:
    # What was reached on another text says nothing about this one, nor which weights are best.
    start = tmp_path / name
    write_checkpoint(start)
    write_json(start / "config.json", read_config(start) | {"recipe": {"data": text}})
    write_json(start / "history.json", [{**dict.fromkeys(ROW, 1), "valid_loss": 0.001}])
    train(recipe(), options(tmp_path, start_from=start, max_steps=20), DATA)
    assert [row["step"] for row in history(tmp_path)] == [10, 20]
    best, last = (
        torch.load(tmp_path / "work" / "weights" / f"{name}.pt", weights_only=True)
        for name in ("best", "step-0000020")
    )
    assert history(tmp_path)[1]["valid_loss"] < history(tmp_path)[0]["valid_loss"]
    assert all(best[name].equal(tensor) for name, tensor in last.items())


def test_another_text_of_ones_own_is_not_the_one_before(folder: Path, tmp_path: Path) -> None:
    other = dataclasses.replace(DATA, valid={name: part[1:] for name, part in DATA.valid.items()})
    train(recipe(), options(tmp_path, start_from=folder / "out", max_steps=10), other)
    assert [row["step"] for row in history(tmp_path)] == [10]


def test_new_weights_have_no_figures_of_the_old_ones(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "metrics.json").write_text("[]")
    train(recipe(), options(tmp_path, start_from=folder / "out", max_steps=2), DATA)
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {path.name for path in (folder / "out").iterdir()}


def test_weights_that_stay_keep_their_figures(tmp_path: Path) -> None:
    train(recipe(), options(tmp_path, max_steps=10), DATA)
    (tmp_path / "out" / "metrics.json").write_text("[]")
    train(recipe(), options(tmp_path, max_steps=10, resume=True), DATA)
    assert (tmp_path / "out" / "metrics.json").read_text() == "[]"


def test_a_further_run_may_end_between_its_last_weights_and_its_first(
    folder: Path, tmp_path: Path
) -> None:
    start = folder / "out"
    train(recipe(validate_every=5), options(tmp_path, start_from=start, max_steps=5), DATA)
    kept = tmp_path / "work" / "weights"
    first, last = (torch.load(kept / f"{name}.pt") for name in ("start", "step-0000005"))
    found = KeepWeights(kept, 5, lambda module: None).candidates()
    assert len(found) == 4
    for name, weight in load_file(start / "model.safetensors").items():
        torch.testing.assert_close(first[name], weight.float())
        torch.testing.assert_close(found[2][name], (first[name] + last[name]) / 2)
        assert found[3][name].equal(first[name])


def test_what_validates_best_is_exported(folder: Path) -> None:
    task = _task(recipe(), DATA)
    model = load_checkpoint(folder / "out").model
    good = {name: one.detach().clone() for name, one in model.named_parameters()}
    bad = {name: torch.randn_like(one) for name, one in good.items()}
    module = TrainingModule(model, task, task.stream(task.tokenizer()), 1, 1)
    valid = task.validation(load_checkpoint(folder / "out").target_tokenizer)
    for candidates in ([bad, good, bad], [good, bad], [bad, good]):
        _load_best(module, candidates, valid)
        assert all(one.equal(good[name]) for name, one in model.named_parameters())


def test_training_stops_when_it_gets_no_better(tmp_path: Path) -> None:
    slow = recipe(learning_rate=0.0, patience=2, validate_every=2)
    train(slow, options(tmp_path), DATA)
    assert [row["step"] for row in history(tmp_path)] == [2, 4, 6]


def test_a_run_of_minutes_ends_in_time_with_a_checkpoint(tmp_path: Path) -> None:
    # Far less time than a validation interval: what was learnt must not be lost.
    train(recipe(validate_every=10_000), options(tmp_path, max_steps=-1, minutes=0.01), DATA)
    assert len(history(tmp_path)) == 1
    load_checkpoint(tmp_path / "out")


def test_a_loss_that_is_no_number_is_told(tmp_path: Path) -> None:
    wild = recipe(learning_rate=1e30)
    with pytest.raises(UserError, match="never a number; try a lower --learning-rate"):
        train(wild, options(tmp_path, max_steps=20), DATA)


def test_a_further_run_whose_loss_is_no_number_leaves_its_start(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder / "out", tmp_path / "out")
    further = options(tmp_path, start_from=tmp_path / "out", max_steps=20)
    with pytest.raises(UserError, match="never a number"):
        train(recipe(learning_rate=1e30), further, DATA)
    assert history(tmp_path) == history(folder)


def test_a_validation_part_of_long_pairs_alone_is_told(tmp_path: Path) -> None:
    long = dataclasses.replace(DATA, valid={"own": [Pair("der Hund " * 200, "the dog " * 200)]})
    with pytest.raises(UserError, match="held out for validation is short enough"):
        train(recipe(), options(tmp_path), long)


def test_a_run_is_resumed_with_what_it_was_started_with_alone(tmp_path: Path) -> None:
    train(recipe(), options(tmp_path, max_steps=2), DATA)
    for other, data in ((recipe(name="other"), DATA), (writer_recipe(), TEXT)):
        with pytest.raises(UserError, match=r"is one of tiny on your own text, not of .* on your"):
            train(other, options(tmp_path, max_steps=4, resume=True), data)


def test_a_run_is_resumed_with_its_own_text_and_output_alone(tmp_path: Path) -> None:
    train(recipe(), options(tmp_path, max_steps=2), DATA)
    other = dataclasses.replace(DATA, train=DATA.train[:50], valid={"own": PAIRS[50:70]})
    again = {"max_steps": 4, "resume": True}
    with pytest.raises(UserError, match="The run to resume is of another text"):
        train(recipe(), options(tmp_path, **again), other)
    with pytest.raises(UserError, match=r"work has the run of another output, .*out\."):
        train(recipe(), options(tmp_path, **again, output=tmp_path / "elsewhere"), DATA)
    train(recipe(), options(tmp_path, **again), DATA)


@pytest.mark.parametrize("changes", [{"output": "work"}, {"start_from": "work/export/a"}])
def test_the_folder_that_a_run_empties_holds_no_checkpoint(tmp_path: Path, changes: dict) -> None:
    places = {name: tmp_path / place for name, place in changes.items()}
    with pytest.raises(UserError, match="can't hold a checkpoint: the run empties"):
        options(tmp_path, **places)


def test_a_resumed_run_knows_what_its_start_has_read(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "out", tmp_path / "start")
    further = {"start_from": tmp_path / "start", "max_steps": 2}
    config = read_config(tmp_path / "start")
    config["recipe"]["data"] = "all"
    write_json(tmp_path / "start" / "config.json", config)
    train(recipe(), options(tmp_path, **further), DATA)
    train(recipe(), options(tmp_path, max_steps=12, resume=True), DATA)
    assert read_config(tmp_path / "out")["recipe"]["before"] == ["all"]
    assert "Tatoeba" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "[]", '{"recipe": "tiny", "data": "none"}'])
def test_a_run_that_is_not_known_any_more_is_not_resumed(tmp_path: Path, content: str) -> None:
    train(recipe(), options(tmp_path, max_steps=2), DATA)
    (tmp_path / "work" / "model.json").write_text(content)
    with pytest.raises(UserError, match=r"can't be resumed: .*start without --resume"):
        train(recipe(), options(tmp_path, max_steps=4, resume=True), DATA)


def test_resuming_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no run to resume in .*work; start without --resume"):
        train(recipe(), options(tmp_path, resume=True), DATA)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"<html>"])
def test_a_damaged_state_is_named(tmp_path: Path, content: bytes) -> None:
    train(recipe(), options(tmp_path, max_steps=2), DATA)
    (tmp_path / "work" / "state.ckpt").write_bytes(content)
    with pytest.raises(UserError, match=r"state\.ckpt is damaged"):
        train(recipe(), options(tmp_path, resume=True), DATA)


def test_a_checkpoint_to_start_from_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"config\.json is missing"):
        train(recipe(), options(tmp_path, start_from=tmp_path / "nothing"), DATA)


@pytest.mark.parametrize("blocked", ["out", "work"])
def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path, blocked: str) -> None:
    # A file stands where the folder should be: nobody may write there, root included.
    (tmp_path / blocked).write_text("not a folder")
    with pytest.raises(UserError, match=rf"{blocked}.* can't be written"):
        train(recipe(), options(tmp_path, max_steps=10), DATA)


@pytest.mark.parametrize("kilobytes", [1, 20, 100])
def test_a_full_disk_stops_the_run_with_a_sentence(tmp_path: Path, kilobytes: int) -> None:
    # No file may grow beyond the limit, which is reached while the tokenizer, the exported or
    # the kept weights, or the state are written.
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, before[1]))
    try:
        with pytest.raises(UserError, match=r"^Training stopped: .* can't be written: File too"):
            train(recipe(), options(tmp_path, max_steps=10), DATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_leaves_the_checkpoint_that_was_there(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    train(recipe(), options(tmp_path, max_steps=10), DATA)
    names = ("model.safetensors", "config.json", "tokenizer.json")
    kept = [(tmp_path / "out" / name).read_bytes() for name in names]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(kept[0]) - 1, before[1]))
    try:
        model = load_checkpoint(tmp_path / "out").model
        with pytest.raises(OSError, match="File too large"):
            save_checkpoint(tmp_path / "out", model, [letters()], {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == kept


def test_a_finished_run_that_is_resumed_stays_as_it_is_or_goes_on(tmp_path: Path) -> None:
    train(recipe(), options(tmp_path, max_steps=10), DATA)
    rows = history(tmp_path)
    train(recipe(), options(tmp_path, max_steps=10, resume=True), DATA)
    assert history(tmp_path) == rows
    train(recipe(), options(tmp_path, max_steps=20, resume=True), DATA)
    assert history(tmp_path)[:1] == rows
    assert [row["step"] for row in history(tmp_path)] == [10, 20]


def test_a_new_run_forgets_the_old_one(tmp_path: Path) -> None:
    train(recipe(), options(tmp_path, max_steps=20), DATA)
    train(recipe(), options(tmp_path, max_steps=10), DATA)
    assert [row["step"] for row in history(tmp_path)] == [10]
    kept = sorted(path.name for path in (tmp_path / "work" / "weights").iterdir())
    assert kept == ["best.pt", "step-0000010.pt"]


def test_recipes_with_impossible_sizes_are_refused(tmp_path: Path) -> None:
    sizes = {**recipe().model, "embedding_size": 20}
    with pytest.raises(UserError, match="embedding_size"):
        train(dataclasses.replace(recipe(), model=sizes), options(tmp_path), DATA)
