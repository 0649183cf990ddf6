"""The study of our LSTM reads windows of five words, and trains ours and torch's side by side."""

import gzip
from pathlib import Path

import pytest

from core.errors import UserError
from core.training.studies import penn_small
from tests.training.test_studies import ROW

LINES = {
    "train": ["the dog sat on the mat"] * 4 + ["a cat ran", "the <unk> ran off"],
    "valid": ["the cat sat on a mat"] * 4,
    "test": ["the cow sat on the mat"] * 4,
}


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few lines, in batches of 4, for a narrow model and two epochs."""
    (tmp_path / "penn-small").mkdir()
    for part, lines in LINES.items():
        content = "".join(f" {line} \n" for line in lines)
        (tmp_path / "penn-small" / f"{part}.txt.gz").write_bytes(gzip.compress(content.encode()))
    monkeypatch.setenv("SEQLENS_DATA", str(tmp_path))
    small = {"_BATCH": 4, "_EPOCHS": 2, "_EMBEDDING_SIZE": 8, "_HIDDEN_SIZE": 8}
    for name, value in {**small, "_LEARNING_RATE": 0.05}.items():
        monkeypatch.setattr(penn_small, name, value)
    return tmp_path


def test_a_window_is_five_words_and_the_next_one() -> None:
    parts, words = penn_small.load_windows()
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
    report = penn_small.penn_small("a command")
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
    assert f"with {min(three)}." in report["finding"]


def test_a_missing_file_is_named(tiny: Path) -> None:
    (tiny / "penn-small" / "test.txt.gz").unlink()
    with pytest.raises(UserError, match=r"test\.txt\.gz is missing"):
        penn_small.load_windows()
