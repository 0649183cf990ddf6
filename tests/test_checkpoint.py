"""A checkpoint folder gives back what was saved; of a damaged one, a sentence names the file."""

import json
import math
import pickle
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.checkpoint import (
    Checkpoint,
    load_checkpoint,
    read_config,
    save_checkpoint,
    write_json,
)
from core.errors import UserError
from core.models.language_model import LanguageModel
from core.models.seq2seq import Seq2Seq
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import ClosedTokenizer
from core.tokenizers.subword import SubwordTokenizer
from core.tokenizers.word import WordTokenizer
from tests.tiny import (
    DOCUMENTS,
    PAIRS,
    characters,
    model,
    tokenizer,
    words,
    write_checkpoint,
    write_language_model,
)

FILES = ["config.json", "model.safetensors", "tokenizer.json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "tiny")
    return tmp_path / "tiny"


def logits(made: Seq2Seq) -> torch.Tensor:
    with torch.inference_mode():
        state = made.start(torch.tensor([[1, 2, 3]]), torch.tensor([3]))
        return made.step(torch.tensor([5]), state).logits


def test_a_checkpoint_is_the_saved_model_in_float16(folder: Path) -> None:
    saved = write_checkpoint(folder, seed=3)
    loaded = load_checkpoint(folder)
    assert loaded.name == "tiny"
    assert loaded.model.config == saved.config
    assert not loaded.model.training
    for (name, one), (other, two) in zip(
        saved.named_parameters(), loaded.model.named_parameters(), strict=True
    ):
        assert name == other
        assert two.dtype == torch.float32
        assert two.equal(one.half().float())
    saved.half().float()
    torch.testing.assert_close(logits(loaded.model), logits(saved), atol=1e-4, rtol=0)
    text = "Der Hund schläft."
    assert loaded.source_tokenizer.encode(text) == tokenizer().encode(text)
    assert loaded.source_tokenizer is loaded.target_tokenizer
    assert loaded.config["recipe"] == {"name": "tiny"}


def test_only_json_and_safetensors_are_written(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert {tensor.dtype for tensor in load_file(folder / FILES[1]).values()} == {torch.float16}


def test_saving_again_replaces_the_checkpoint(folder: Path) -> None:
    other = write_checkpoint(folder, seed=1)
    bias = load_checkpoint(folder).model.decoder.bias
    assert bias.equal(other.decoder.bias.half().float())


def two_tokenizers(folder: Path) -> tuple[SubwordTokenizer, SubwordTokenizer]:
    source = SubwordTokenizer.train([pair.source for pair in PAIRS], 320)
    target = SubwordTokenizer.train([pair.target for pair in PAIRS], 320)
    made = model(0, writable=target.eos_id + 1, vocab_size=320, joint_vocabulary=False)
    save_checkpoint(folder, made, (source, target), {})
    return source, target


def test_separate_vocabularies_have_a_tokenizer_each(tmp_path: Path) -> None:
    source, target = two_tokenizers(tmp_path)
    loaded = load_checkpoint(tmp_path)
    for text in ("Der Hund wartet", "The dog waits"):
        assert loaded.source_tokenizer.encode(text) == source.encode(text)
        assert loaded.target_tokenizer.encode(text) == target.encode(text)
    (tmp_path / "target_tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"target_tokenizer\.json is missing"):
        load_checkpoint(tmp_path)


def load_error(folder: Path) -> str:
    """The sentence of the error that loading raises; it must be one."""
    with pytest.raises(UserError) as caught:
        load_checkpoint(folder)
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 400
    assert str(folder) in sentence
    return sentence


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name} is missing" in load_error(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "config.json is missing" in load_error(tmp_path / "nowhere")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: b"\xff" * 64 + content[64:],
        lambda content: b"<html>404: Not Found</html>",
        lambda content: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
    ],
    ids=["empty", "cut", "overwritten", "a web page", "a pointer of git-lfs"],
)
def test_a_damaged_file_is_named(folder: Path, name: str, damage) -> None:
    (folder / name).write_bytes(damage((folder / name).read_bytes()))
    assert f"{name} is damaged" in load_error(folder)


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        '{"kind": "something else"}',
        '{"kind": ["seq2seq"]}',
        '{"kind": "seq2seq"}',
        '{"kind": "seq2seq", "recipe": null}',
        '{"kind": "seq2seq", "model": 5}',
        '{"kind": "seq2seq", "model": null}',
        '{"kind": "seq2seq", "model": {}}',
        '{"kind": "seq2seq", "model": {"colour": 3}}',
        '{"kind": "seq2seq", "model": {"source_vocab_size": "many"}}',
    ],
)
def test_a_configuration_that_describes_no_model_is_named(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content, encoding="utf-8")
    assert "config.json does not describe a" in load_error(folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("embedding_size", 20),
        ("embedding_size", "16"),
        ("embedding_size", None),
        ("decoder_hidden_size", 16.0),
        ("encoder_layers", 0),
        ("score", "cosine"),
        ("dropout", 7),
        ("dropout", False),
        ("writable", 262.0),
        ("encoder_layers", True),
    ],
)
def test_an_impossible_size_is_named(folder: Path, field: str, value: object) -> None:
    config = read_config(folder)
    config["model"][field] = value
    write_json(folder / "config.json", config)
    assert re.search(rf"config\.json does not describe a model: .*{field}", load_error(folder))


def test_sizes_that_are_not_those_of_the_weights_are_named(folder: Path) -> None:
    config = read_config(folder)
    config["model"]["decoder_hidden_size"] = 24
    write_json(folder / "config.json", config)
    sentence = load_error(folder)
    assert "model.safetensors" in sentence and "has the shape" in sentence


def test_layers_that_the_weights_do_not_have_are_named(folder: Path) -> None:
    config = read_config(folder)
    config["model"].update(encoder_layers=1, decoder_layers=1)
    write_json(folder / "config.json", config)
    assert "model.safetensors and config.json don't fit" in load_error(folder)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_that_are_no_numbers_are_named(folder: Path, value: float) -> None:
    weights = load_file(folder / "model.safetensors")
    weights["decoder.bias"][3] = value
    save_file(weights, folder / "model.safetensors")
    assert "damaged: decoder.bias has values that are no numbers" in load_error(folder)


def test_a_tensor_that_is_missing_or_too_many_is_named(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    bias = weights.pop("decoder.bias")
    save_file(weights, folder / "model.safetensors")
    assert "decoder.bias" in load_error(folder)
    save_file(
        {**weights, "decoder.bias": bias, "extra": bias.clone()}, folder / "model.safetensors"
    )
    assert "extra" in load_error(folder)


def test_a_tokenizer_of_another_checkpoint_is_noticed(folder: Path) -> None:
    # As many ids in all, and filling in place of some of the merges.
    other = SubwordTokenizer.train(["ab" * 5], 320)
    assert other.vocab_size == tokenizer().vocab_size
    other.save(folder / "tokenizer.json")
    assert "tokenizer and weights don't belong together" in load_error(folder)


def test_another_tokenizer_of_the_same_size_is_noticed(folder: Path) -> None:
    other = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    ids = other["model"]["vocab"]
    first, second = sorted(ids)[:2]
    ids[first], ids[second] = ids[second], ids[first]
    (folder / "tokenizer.json").write_text(json.dumps(other), encoding="utf-8")
    assert "not the one that the model was trained with" in load_error(folder)


def test_a_larger_tokenizer_is_noticed(folder: Path) -> None:
    SubwordTokenizer.train([str(PAIRS)], 384).save(folder / "tokenizer.json")
    assert "tokenizer and weights don't belong together" in load_error(folder)


class Trap:
    """Unpickling it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_unpickled(folder: Path, name: str) -> None:
    sprung = folder.parent / "sprung"
    pickled = pickle.dumps(Trap(sprung))
    pickle.loads(pickled)
    assert sprung.exists(), "the trap must work"
    sprung.unlink()
    (folder / name).write_bytes(pickled)
    load_error(folder)
    with (folder / name).open("wb") as file:
        torch.save({"decoder.bias": Trap(sprung)}, file)
    load_error(folder)
    assert not sprung.exists()


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "metrics.json"
    write_json(path, [{"name": "Größe", "value": 1.5}])
    assert json.loads(path.read_text(encoding="utf-8")) == [{"name": "Größe", "value": 1.5}]
    assert "Größe" in path.read_text(encoding="utf-8")
    with pytest.raises(TypeError):
        write_json(path, {"not JSON": Checkpoint})
    assert json.loads(path.read_text(encoding="utf-8")) == [{"name": "Größe", "value": 1.5}]
    assert [file.name for file in path.parent.iterdir()] == ["metrics.json"]


@pytest.mark.parametrize("pieces", [words(), characters()], ids=["words", "characters"])
@pytest.mark.parametrize(
    "sizes",
    [{}, {"cell": "gru", "tied": False}, {"cell": "rnn", "hidden_size": 24}, {"cell": "own"}],
)
def test_a_language_model_is_the_saved_one_in_float16(
    tmp_path: Path, pieces: ClosedTokenizer, sizes: dict
) -> None:
    saved = write_language_model(tmp_path / "writer", pieces, seed=3, **sizes)
    loaded = load_checkpoint(tmp_path / "writer")
    assert isinstance(loaded.model, LanguageModel) and not loaded.model.training
    assert loaded.model.config == saved.config
    assert loaded.config["kind"] == "language-model"
    assert loaded.config["tokenizer"] == pieces.kind
    assert sorted(path.name for path in (tmp_path / "writer").iterdir()) == FILES
    for (name, one), (other, two) in zip(
        saved.named_parameters(), loaded.model.named_parameters(), strict=True
    ):
        assert name == other
        assert two.dtype == torch.float32
        assert two.equal(one.half().float())
    # A tied output is written once, and is the embedding again.
    assert (loaded.model.output is loaded.model.embedding) == saved.config.tied
    with torch.inference_mode():
        steps = [
            one.step(torch.tensor([5]), one.start(1)).logits
            for one in (saved.half().float(), loaded.model)
        ]
    torch.testing.assert_close(*steps, atol=1e-4, rtol=0)
    assert loaded.source_tokenizer is loaded.target_tokenizer
    assert loaded.target_tokenizer.encode(DOCUMENTS[7]) == pieces.encode(DOCUMENTS[7])


@pytest.fixture
def writer(tmp_path: Path) -> Path:
    write_language_model(tmp_path / "writer")
    return tmp_path / "writer"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_damaged_file_of_a_language_model_is_named(writer: Path, name: str) -> None:
    content = (writer / name).read_bytes()
    for damage in (b"", content[: len(content) // 2], b"<html>404: Not Found</html>"):
        (writer / name).write_bytes(damage)
        assert f"{name} is damaged" in load_error(writer)
    (writer / name).unlink()
    assert f"{name} is missing" in load_error(writer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cell", "transformer"),
        ("cell", ["lstm"]),
        ("num_layers", 0),
        ("num_layers", "2"),
        ("hidden_size", 20),
        ("embedding_size", 16.0),
        ("dropout", 7),
        ("dropout", "much"),
        ("colour", 3),
        ("weight_dropout", True),
        ("writable", 33.0),
    ],
)
def test_an_impossible_size_of_a_language_model_is_named(
    writer: Path, field: str, value: object
) -> None:
    config = read_config(writer)
    config["model"][field] = value
    write_json(writer / "config.json", config)
    assert "config.json does not describe a model" in load_error(writer)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"hidden_size": 24, "embedding_size": 24}, "has the shape"),
        ({"hidden_size": 24}, "don't fit"),  # it would need a layer before the tied output
        ({"num_layers": 3}, "don't fit"),
        ({"tied": False}, "don't fit"),
        ({"cell": "gru"}, "has the shape"),
    ],
)
def test_sizes_that_are_not_those_of_a_language_model_are_named(
    writer: Path, changes: dict, part: str
) -> None:
    config = read_config(writer)
    config["model"].update(changes)
    write_json(writer / "config.json", config)
    sentence = load_error(writer)
    assert "model.safetensors" in sentence and part in sentence


@pytest.mark.parametrize("kind", ["seq2seq", "language-model"])
def test_a_configuration_that_names_the_other_kind_describes_no_model(
    tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "other"
    (write_language_model if kind == "seq2seq" else write_checkpoint)(folder)
    write_json(folder / "config.json", read_config(folder) | {"kind": kind})
    assert "config.json does not describe a model" in load_error(folder)


@pytest.mark.parametrize("kind", ["subword", "character", "sentence", "", None, ["word"]])
def test_a_tokenizer_of_another_kind_is_noticed(writer: Path, kind: object) -> None:
    write_json(writer / "config.json", read_config(writer) | {"tokenizer": kind})
    sentence = load_error(writer)
    assert "tokenizer" in sentence


def test_a_tokenizer_of_more_words_is_noticed(writer: Path) -> None:
    WordTokenizer.train([*DOCUMENTS, "Eines mehr"], 1).save(writer / "tokenizer.json")
    sentence = load_error(writer)
    assert "tokenizer and weights don't belong together" in sentence
    assert "35 ids can be written, the model has 33" in sentence


def test_a_tokenizer_of_as_many_words_is_noticed(writer: Path) -> None:
    others = [text.replace("Hund", "Kater") for text in DOCUMENTS]
    other = WordTokenizer.train(others, 1)
    assert other.vocab_size == words().vocab_size and other.eos_id == words().eos_id
    other.save(writer / "tokenizer.json")
    assert "not the one that the model was trained with" in load_error(writer)
    # Nor is one of characters that happens to be as large.
    signs = CharacterTokenizer.train(["".join(map(chr, range(65, 65 + words().unk_id)))], 1)
    assert signs.eos_id == words().eos_id
    signs.save(writer / "tokenizer.json")
    load_error(writer)
