"""Files of a corpus are read from $SEQLENS_DATA and checked; a sentence says what is wrong."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from core.data.catalogue import CORPORA
from core.data.corpora import Pair, parallel_corpus
from core.data.remote import Corpus, RemoteFile
from core.errors import UserError

TEXT = b"Hallo\tHello\n"
# Nothing answers there, on any machine.
URL = "http://127.0.0.1:9/my/pairs.tsv"


def read(files: dict[str, Path]) -> dict[str, list[Pair]]:
    rows = files["pairs.tsv"].read_text(encoding="utf-8").splitlines()
    return {"all": [Pair(*row.split("\t")) for row in rows]}


MADE_UP = Corpus(
    "made-up",
    "A made-up corpus",
    "none",
    (RemoteFile(URL, hashlib.sha256(TEXT).hexdigest()),),
    read,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where $SEQLENS_DATA has the corpus; the user's cache directory is an empty one."""
    monkeypatch.setenv("SEQLENS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "data" / "made-up").mkdir(parents=True)
    return tmp_path / "data" / "made-up"


def test_a_file_is_taken_from_the_data_directory(folder: Path) -> None:
    (folder / "pairs.tsv").write_bytes(TEXT)
    assert MADE_UP.parts() == {"all": [Pair("Hallo", "Hello")]}


def test_a_file_that_upstream_ends_with_returns_may_be_fetched_by_hand(folder: Path) -> None:
    (folder / "pairs.tsv").write_bytes(TEXT.replace(b"\n", b"\r\n"))
    (file,) = MADE_UP.files
    stripped = dataclasses.replace(MADE_UP, files=(dataclasses.replace(file, strip_returns=True),))
    assert stripped.parts() == {"all": [Pair("Hallo", "Hello")]}
    with pytest.raises(UserError, match="is damaged"):
        MADE_UP.parts()


@pytest.mark.parametrize("content", [b"Hallo\tHallo\n", TEXT[:-1], b""])
def test_a_damaged_file_is_named_with_its_address_and_advice(folder: Path, content: bytes) -> None:
    (folder / "pairs.tsv").write_bytes(content)
    with pytest.raises(UserError) as caught:
        MADE_UP.parts()
    sentence = str(caught.value)
    assert str(folder / "pairs.tsv") in sentence
    assert URL in sentence
    assert "is damaged" in sentence and "delete it" in sentence
    assert "\n" not in sentence


def test_a_file_that_can_not_be_downloaded_is_named_with_its_address_and_advice(
    folder: Path,
) -> None:
    with pytest.raises(UserError) as caught:
        MADE_UP.parts()
    sentence = str(caught.value)
    assert URL in sentence
    assert "pairs.tsv could not be fetched" in sentence and "by hand" in sentence
    assert "$SEQLENS_DATA/made-up" in sentence
    assert "\n" not in sentence


def test_an_unknown_corpus_is_refused_with_the_names_of_the_others() -> None:
    with pytest.raises(UserError, match="'europarl'; there are tatoeba-de-en, multi30k-de-en"):
        parallel_corpus("europarl")


def test_each_corpus_says_where_its_files_come_from_and_under_which_licence() -> None:
    assert len({corpus.name for corpus in CORPORA}) == len(CORPORA)
    for one in CORPORA:
        assert one.title and one.licence and one.files
        for file in one.files:
            assert file.url.startswith("https://")
            assert len(file.sha256) == 64 and int(file.sha256, 16)
