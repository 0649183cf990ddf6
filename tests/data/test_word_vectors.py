"""Vectors are matched by word, whatever the order of the file; the other rows stay."""

from pathlib import Path

import pytest
import torch

from core.data.word_vectors import place_vectors, read_vectors, write_vectors
from core.errors import UserError

WORDS = ["the", "cat", "sat"]
VECTORS = {"the": [1.0, 2.0], "cat": [3.0, 4.0], "sat": [5.0, 6.0]}


def file(folder: Path, *words: str) -> Path:
    path = folder / "vectors.txt"
    write_vectors(path, words, [VECTORS.get(word, [9.0, 9.0]) for word in words])
    return path


def placed(path: Path) -> tuple[torch.Tensor, int]:
    """An embedding of the three words and two other ids, first all -1, with the file's vectors."""
    weight = torch.full((5, 2), -1.0)
    return weight, place_vectors(weight, WORDS, path).found


@pytest.mark.parametrize("order", [["the", "cat", "sat"], ["sat", "dog", "the", "cat"]])
def test_rows_are_matched_by_word_in_any_order(tmp_path: Path, order: list[str]) -> None:
    weight, found = placed(file(tmp_path, *order))
    assert weight.tolist() == [[1, 2], [3, 4], [5, 6], [-1, -1], [-1, -1]]
    assert found == 3


def test_words_that_the_file_lacks_keep_their_rows(tmp_path: Path) -> None:
    weight = torch.full((5, 2), -1.0)
    coverage = place_vectors(weight, WORDS, file(tmp_path, "sat", "dog"))
    assert weight.tolist() == [[-1, -1], [-1, -1], [5, 6], [-1, -1], [-1, -1]]
    assert (coverage.found, coverage.words, coverage.share) == (1, 3, 1 / 3)


def test_of_a_word_that_stands_there_twice_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("cat 1 2\ncat 3 4\n", encoding="utf-8")
    assert placed(path)[0][1].tolist() == [1, 2]


def test_the_first_line_of_word2vec_is_no_word(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("2 2\nthe 1 2\ncat 3 4\n", encoding="utf-8")
    assert dict(read_vectors(path)) == {"the": [1, 2], "cat": [3, 4]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the 1 2\ncat 3\n", "line 2"),
        ("the 1 2\ncat 3 x\n", "line 2"),
        ("the 1 2 3\n", "vectors of 3 numbers, the embedding has 2"),
    ],
)
def test_a_damaged_file_is_named_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        placed(path)
    assert told in str(caught.value) and str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read"):
        placed(tmp_path / "none.txt")
