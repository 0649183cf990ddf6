"""Each suspect is what it says: the same layer with one change, on the same batches."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.models.recurrent import LSTM_FORMS
from core.training.studies import lstm_suspects as study
from core.training.studies import suspects
from core.training.studies.next_word import load_windows, shuffled
from core.training.studies.suspects import BASE, KEPT, PLAIN, SUSPECTS, TORCH, UNSCALED, Trial
from tests.training.test_studies import ROW
from tests.training.tiny_penn import write_penn


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Trial]]:
    """All suspects behind six steps on the same batches of 4."""
    with pytest.MonkeyPatch.context() as patch:
        write_penn(tmp_path_factory.mktemp("data"), patch)
        parts, words = load_windows()
        made = {name: Trial(one, words) for name, one in SUSPECTS.items()}
        for _ in range(2):
            study._in_turns(made, shuffled(parts["train"], 4), 3)
        yield made


def test_what_changes_nothing_learns_alike(trials: dict[str, Trial]) -> None:
    def like(wanted: str) -> set[str]:
        losses = pytest.approx(trials[wanted].losses, rel=1e-4)
        return {name for name, one in trials.items() if one.losses == losses}

    forms = {f"our {form} form" for form in LSTM_FORMS}  # with two biases, as torch has
    assert like(TORCH) == {TORCH, *forms}
    carried = {"state carried and detached", KEPT}
    assert like(BASE) == SUSPECTS.keys() - like(TORCH) - carried - {PLAIN, UNSCALED}
    base = trials[BASE].losses
    assert len(base) == 6 and base[-1] < base[0]
    assert base[0] == pytest.approx(trials[TORCH].losses[0], rel=1e-5)


def test_plain_tensors_have_a_gradient_and_stay_as_they_are(trials: dict[str, Trial]) -> None:
    torch.manual_seed(1)
    first = SUSPECTS[PLAIN].layer().weights
    plain, learnt = trials[PLAIN].layer.weights, trials[BASE].layer.weights
    assert all(weight.grad.abs().sum() > 0 for weight in plain)
    assert all(weight.equal(one) for weight, one in zip(plain, first, strict=True))
    assert not any(weight.equal(one) for weight, one in zip(learnt, first, strict=True))
    assert not list(trials[PLAIN].layer.parameters())


def test_a_state_that_is_not_detached_keeps_the_graph_of_all_batches(
    trials: dict[str, Trial],
) -> None:
    def depth(trial: Trial) -> int:
        seen, open_nodes = set(), [trial.state[0].grad_fn] if trial.state else []
        while open_nodes:
            node = open_nodes.pop()
            if node is not None and node not in seen:
                seen.add(node)
                open_nodes += [one for one, _ in node.next_functions]
        return len(seen)

    assert depth(trials["state carried and detached"]) == 0 == depth(trials[BASE])
    assert depth(trials[KEPT]) > 6 * 5 * 10  # steps, words, operations of a cell


def test_the_report_has_each_suspect_at_each_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_penn(tmp_path, monkeypatch)
    for module in (study, suspects):
        monkeypatch.setattr(module, "SMOOTH", 1)
    dull = {name for name in SUSPECTS if re.search("in place|alone|separate|fused", name)}
    few = {name: one for name, one in SUSPECTS.items() if name not in dull}
    monkeypatch.setattr(study, "SUSPECTS", few)
    threads = torch.get_num_threads()
    report = study.lstm_suspects("a command", steps=3, few=2, timed=1, profiled=1)
    assert torch.get_num_threads() == threads
    assert report.keys() == ROW
    named = [(row["suspect"], row["batch"]) for row in report["rows"] if row["threads"] == 1]
    assert named[: 2 * len(few)] == [(name, size) for size in (1, 4) for name in few]
    rows = {(row["suspect"], row["batch"]): row for row in report["rows"]}
    assert rows[BASE, 4]["times"] == 1 and "mm " in rows[BASE, 4]["most_expensive"]
    assert "with learnt weights PyTorch stops" in report["finding"]
    assert report["series"][0]["x"] == [1, 2, 3]


def test_an_epoch_of_growing_steps_goes_on_growing() -> None:
    for name, seconds in ((KEPT, 1 + 2 + 3 + 4 + 5 + 6), (BASE, 6 * 2.5)):
        trial = Trial(SUSPECTS[name], words=12)
        trial.seconds = [(0.5, 0.3 + step, 0.2) for step in range(4)]  # 1, 2, 3, 4 seconds
        assert trial.epoch(6) == pytest.approx(seconds)
