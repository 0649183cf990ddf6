"""The service offers what can be loaded, says what is wrong with the rest, and goes on working."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.service import DEFAULT, Service, pick_device
from tests.tiny import write_checkpoint

TEXT = "Der Hund schläft hier."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for seed, name in enumerate(("a-tiny", DEFAULT, "tiny")):
        write_checkpoint(tmp_path / name, seed)
    return tmp_path


@pytest.fixture
def service(root: Path) -> Service:
    return Service(root, device="cpu")


def test_checkpoints_are_listed_with_the_default_first(service: Service) -> None:
    assert service.checkpoints() == [DEFAULT, "a-tiny", "tiny"]
    assert service.problems() == {}
    assert service.checkpoints(kind="language-model") == []


def test_a_translation_says_how_it_was_made(service: Service) -> None:
    result = service.translate(TEXT, "tiny", "beam", 3, 0.5, 1.0, 7)
    assert (result.checkpoint, result.method, result.beam, result.seed) == ("tiny", "beam", 3, 7)
    assert (result.length_penalty, result.temperature) == (0.5, 1.0)
    assert result.seconds > 0
    assert service.translate(TEXT).checkpoint == DEFAULT
    assert service.translate(TEXT).beam == 5


def test_each_checkpoint_is_loaded_once(service: Service) -> None:
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(service.translator, ["tiny"] * 8)
    assert all(other is first for other in others)


@pytest.mark.parametrize("name", ["nothing", "", "../tiny", "tiny/", ".", "tiny\n"])
def test_an_unknown_checkpoint_is_refused_with_the_names_of_the_others(
    service: Service, name: str
) -> None:
    with pytest.raises(UserError, match="there are: a-tiny, tiny, translate-de-en"):
        service.translate(TEXT, name)


def test_without_checkpoints_that_is_said(tmp_path: Path) -> None:
    service = Service(tmp_path / "nowhere", device="cpu")
    assert service.checkpoints() == []
    with pytest.raises(UserError, match="there are: none yet"):
        service.translate(TEXT)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_broken_checkpoint_is_a_problem_and_the_others_go_on(root: Path, name: str) -> None:
    (root / "tiny" / name).write_bytes(b"{")
    service = Service(root, device="cpu")
    assert service.checkpoints() == [DEFAULT, "a-tiny"]
    (problem,) = service.problems().items()
    assert problem[0] == "tiny"
    assert name in problem[1]
    with pytest.raises(UserError, match=name):
        service.translate(TEXT, "tiny")
    assert service.translate(TEXT, "a-tiny").text


def test_a_checkpoint_with_a_missing_file_is_a_problem(root: Path) -> None:
    (root / "tiny" / "model.safetensors").unlink()
    assert "model.safetensors is missing" in Service(root, device="cpu").problems()["tiny"]


def test_other_folders_and_files_are_no_checkpoints(root: Path) -> None:
    (root / "reports").mkdir()
    (root / "reports" / "data.json").write_text("{}")
    (root / "README.md").write_text("")
    service = Service(root, device="cpu")
    assert service.checkpoints() == [DEFAULT, "a-tiny", "tiny"]
    assert service.problems() == {}


def test_a_new_folder_appears_and_a_mended_one_comes_back(root: Path, service: Service) -> None:
    config = (root / "tiny" / "config.json").read_bytes()
    (root / "tiny" / "config.json").write_bytes(b"")
    assert service.checkpoints() == [DEFAULT, "a-tiny"]
    (root / "tiny" / "config.json").write_bytes(config)
    write_checkpoint(root / "new")
    assert service.checkpoints() == [DEFAULT, "a-tiny", "new", "tiny"]
    assert service.translate(TEXT, "new").checkpoint == "new"


@pytest.mark.parametrize("text", ["", " \n\t ", "\u00ad\u200b", "\x00\x07", "\u2028"])
def test_blank_text_is_refused(service: Service, text: str) -> None:
    with pytest.raises(UserError, match="no text to translate"):
        service.translate(text)


def test_a_wrong_value_is_refused_by_its_name(service: Service) -> None:
    for field in ("beam", "length_penalty", "temperature", "seed"):
        with pytest.raises(UserError, match=field):
            service.translate(TEXT, **{field: float("nan")})
    with pytest.raises(UserError, match="method"):
        service.translate(TEXT, method="guess")


def test_requests_beside_each_other_give_what_they_give_alone(service: Service) -> None:
    def request(number: int) -> list[str]:
        method = ("sample", "beam", "greedy")[number % 3]
        text = "Der Vogel wartet." if number % 2 else TEXT
        result = service.translate(text, "tiny", method, 3, seed=number % 5)
        return [hypothesis.text for hypothesis in result.hypotheses]

    alone = [request(number) for number in range(30)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(request, range(30))) == alone
    assert len({str(texts) for texts in alone}) > 6


def test_the_pipeline_behind_a_name_is_the_one_that_translates(service: Service) -> None:
    direct = service.translator("tiny").translate(TEXT, DecodingOptions())
    assert direct == service.translate(TEXT, "tiny")


def test_a_device_that_is_not_there_is_refused() -> None:
    assert pick_device("cpu").type == "cpu"
    for name in ("tpu", "", "cuda:99"):
        with pytest.raises(UserError, match="device must be"):
            pick_device(name)
