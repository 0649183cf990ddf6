"""metrics.json: figures of the same name are replaced, and a damaged file is told."""

from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.evaluation.metrics import read_metrics, sha256_of_lines, store_metrics


def store(folder: Path, **figures: float) -> None:
    named = {name: (value, "a signature") for name, value in figures.items()}
    digest = sha256_of_lines(["one", "two"])
    store_metrics(folder, named, "my.txt", digest, 2, "a command", torch.device("cpu"), 1.0)


def test_a_figure_takes_the_place_of_the_older_one_of_its_name(tmp_path: Path) -> None:
    assert read_metrics(tmp_path) == []
    store(tmp_path, bleu=10.0, chrf=20.0)
    store(tmp_path, bleu=12.34567)
    found = {one["name"]: one["value"] for one in read_metrics(tmp_path)}
    assert found == {"my.txt chrf": 20.0, "my.txt bleu": 12.3457}


@pytest.mark.parametrize("content", ["{}", "[1]", '{"a": 1}', '[{"a": 1}]', "nothing"])
def test_a_damaged_file_is_told_and_stays(tmp_path: Path, content: str) -> None:
    path = tmp_path / "metrics.json"
    path.write_text(content)
    for use in (read_metrics, store):
        with pytest.raises(UserError, match=r"metrics\.json is damaged"):
            use(tmp_path)
    assert path.read_text() == content
