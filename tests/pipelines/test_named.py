"""Checkpoints are found by name and loaded once; a broken one is told of, and the others go on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.pipelines.generator import TextGenerator
from core.pipelines.named import DEFAULT, DEFAULT_WRITER, NamedPipelines, pick_device
from core.pipelines.translator import Translator
from tests.tiny import characters, write_checkpoint, write_language_model, write_translators

TEXT = "Der Hund schläft hier."
OPTIONS = DecodingOptions()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_translators(tmp_path)


@pytest.fixture
def named(root: Path) -> NamedPipelines:
    return NamedPipelines(root, device="cpu")


def test_checkpoints_are_listed_with_the_default_first(named: NamedPipelines) -> None:
    assert named.checkpoints() == [DEFAULT, "a-tiny", "tiny"]
    assert named.problems() == {}
    assert named.checkpoints(kind="language-model") == []


def test_each_checkpoint_is_loaded_once(named: NamedPipelines) -> None:
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(named.translator, ["tiny"] * 8)
    assert all(other is first for other in others)


@pytest.mark.parametrize("name", ["nothing", "", "../tiny", "tiny/", ".", "tiny\n"])
def test_an_unknown_checkpoint_is_refused_with_the_names_of_the_others(
    named: NamedPipelines, name: str
) -> None:
    with pytest.raises(UserError, match="there are: a-tiny, tiny, translate-de-en"):
        named.translator(name)


def test_without_checkpoints_that_is_said(tmp_path: Path) -> None:
    named = NamedPipelines(tmp_path / "nowhere", device="cpu")
    assert named.checkpoints() == []
    with pytest.raises(UserError, match="there are: none yet"):
        named.translator()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_broken_checkpoint_is_a_problem_and_the_others_go_on(root: Path, name: str) -> None:
    (root / "tiny" / name).write_bytes(b"{")
    named = NamedPipelines(root, device="cpu")
    assert named.checkpoints() == [DEFAULT, "a-tiny"]
    (problem,) = named.problems().items()
    assert problem[0] == "tiny"
    assert name in problem[1]
    with pytest.raises(UserError, match=name):
        named.translator("tiny")
    assert named.translator("a-tiny").translate(TEXT, OPTIONS).text


def test_a_checkpoint_with_a_missing_file_is_a_problem(root: Path) -> None:
    (root / "tiny" / "model.safetensors").unlink()
    assert "model.safetensors is missing" in NamedPipelines(root, device="cpu").problems()["tiny"]


def test_other_folders_and_files_are_no_checkpoints(root: Path) -> None:
    (root / "reports").mkdir()
    (root / "reports" / "data.json").write_text("{}")
    (root / "README.md").write_text("")
    named = NamedPipelines(root, device="cpu")
    assert named.checkpoints() == [DEFAULT, "a-tiny", "tiny"]
    assert named.problems() == {}


def test_a_new_folder_appears_and_a_mended_one_comes_back(
    root: Path, named: NamedPipelines
) -> None:
    config = (root / "tiny" / "config.json").read_bytes()
    (root / "tiny" / "config.json").write_bytes(b"")
    assert named.checkpoints() == [DEFAULT, "a-tiny"]
    (root / "tiny" / "config.json").write_bytes(config)
    write_checkpoint(root / "new")
    assert named.checkpoints() == [DEFAULT, "a-tiny", "new", "tiny"]
    assert named.checkpoint("new").name == "new"


def test_a_device_that_is_not_there_is_refused() -> None:
    assert pick_device("cpu").type == "cpu"
    for name in ("tpu", "", "cuda:99"):
        with pytest.raises(UserError, match="device must be"):
            pick_device(name)


def test_checkpoints_are_listed_by_their_kind(root: Path, named: NamedPipelines) -> None:
    write_language_model(root / DEFAULT_WRITER)
    write_language_model(root / "a-writer", characters(), seed=1)
    assert named.checkpoints() == [DEFAULT, "a-tiny", "tiny"]
    assert named.checkpoints(kind="language-model") == [DEFAULT_WRITER, "a-writer"]
    assert named.problems() == {}
    assert isinstance(named.translator("tiny"), Translator)
    assert isinstance(named.generator("a-writer"), TextGenerator)
    assert named.model("a-writer") is named.generator("a-writer").model


def test_a_broken_language_model_is_a_problem_and_the_others_go_on(root: Path) -> None:
    write_language_model(root / "writer")
    write_language_model(root / "broken", characters())
    characters().save(root / "writer" / "tokenizer.json")
    (root / "broken" / "model.safetensors").write_bytes(b"{")
    named = NamedPipelines(root, device="cpu")
    assert named.checkpoints(kind="language-model") == []
    problems = named.problems()
    assert problems.keys() == {"writer", "broken"}
    assert "tokenizer" in problems["writer"]
    assert "model.safetensors is damaged" in problems["broken"]
    assert named.translator().translate(TEXT, OPTIONS).text
