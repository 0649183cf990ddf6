"""The study of our LSTM reads windows of five words, and trains ours and torch's side by side."""

from pathlib import Path

import pytest

from core.errors import UserError
from core.training.studies.next_word import load_windows
from core.training.studies.penn_small import penn_small
from core.training.studies.shared_layers import shared_layers
from tests.training.test_studies import ROW
from tests.training.tiny_penn import LINES, write_penn


@pytest.fixture(autouse=True)
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few sentences, in batches of 4."""
    write_penn(tmp_path, monkeypatch)


def test_a_window_is_five_words_and_the_next_one() -> None:
    parts, words = load_windows()
    known = sorted({word for line in LINES["train"] for word in f"<sos> {line} <eos>".split()})
    assert words == len(known)
    # <sos> the dog sat on the mat <eos>: three windows a line; a line of five, as one is, has none.
    windows, following = parts["train"]
    assert windows.shape == (13, 5) and following.shape == (13,)
    read = [[known[word] for word in row] for row in windows[:3].tolist()]
    assert read[0] == ["<sos>", "the", "dog", "sat", "on"]
    assert read[2] == ["dog", "sat", "on", "the", "mat"]
    assert [known[word] for word in following[:3].tolist()] == ["the", "mat", "<eos>"]
    # A word that the training part lacks is unknown.
    assert known[parts["test"][0][0, 2]] == "<unk>"


def test_the_report_compares_ours_with_torch_s() -> None:
    report = penn_small("a command", epochs=2)
    assert report.keys() == ROW and report["command"] == "a command"
    rows = {row["model"]: row for row in report["rows"]}
    assert [len(line["y"]) for line in report["series"]] == [2] * len(rows)
    for layers in ("1 layer", "3 layers"):
        own, peer = rows[f"own, {layers}"], rows[f"lstm, {layers}"]
        # The same first weights and batches.
        assert own["weights"] == peer["weights"]
        assert own["valid_perplexity"] == pytest.approx(peer["valid_perplexity"], rel=0.01)
        assert own["times_torch"] > 0 and peer["times_torch"] == 1
    assert rows["own, 1 layer"]["valid_perplexity"] < 12  # that of a guess among 12 words
    three = [row["valid_perplexity"] for row in rows.values() if row["layers"] == 3]
    assert len(set(three)) >= 3  # what is changed changes something
    assert f", {min(three)}. " in report["finding"]


def test_shared_layers_have_the_recurrent_weights_of_one() -> None:
    report = shared_layers("a command", epochs=1, seeds=2)
    assert report.keys() == ROW
    rows = {row["model"]: row for row in report["rows"]}
    one = rows["1 layer, its own weights"]["of_the_layers"]
    for layers in (2, 3):
        own, shared = rows[f"{layers} layers, their own weights"], rows[f"{layers} layers, shared"]
        assert own["of_the_layers"] == layers * one and shared["of_the_layers"] == one
        assert own["weights"] - shared["weights"] == (layers - 1) * one
        assert own["valid_perplexity"] != shared["valid_perplexity"]
    for row in rows.values():
        assert row["lowest"] < row["valid_perplexity"] < row["highest"]  # the seeds differ
    assert "2 layers that share have 50% fewer" in report["finding"]
    assert "3 layers that share have 67% fewer" in report["finding"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "penn-small" / "test.txt.gz").unlink()
    with pytest.raises(UserError, match=r"test\.txt is missing; put a sample"):
        load_windows()
