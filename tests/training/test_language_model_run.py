"""A tiny language model learns words, characters or one text; its checkpoint writes and goes on."""

import dataclasses
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from core.checkpoint import load_checkpoint, read_config, write_json
from core.data.documents import TextData
from core.data.text_batching import text_batches
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.perplexity import score_documents
from core.pipelines.generator import TextGenerator
from core.training.language_modelling import LanguageModelTask
from core.training.run import train
from tests.tiny import characters, language_model, words, write_checkpoint, write_language_model
from tests.training.runs import RUNS, TEXT, options, writer_recipe

KINDS = ["words", "characters", "one text"]
ROW = {"step", "epoch", "seconds", "tokens", "train_loss", "valid_loss", "learning_rate"}


def history(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "out" / "history.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=KINDS)
def trained(request: pytest.FixtureRequest, tmp_path_factory) -> tuple[str, Path]:
    """A kind of RUNS, and where a run of it of 120 steps has written."""
    path = tmp_path_factory.mktemp("run")
    chosen, data = RUNS[request.param]
    train(chosen, options(path, max_steps=120), data)
    return request.param, path


def test_the_loss_falls(trained: tuple[str, Path]) -> None:
    _, folder = trained
    rows = history(folder)
    assert [row["step"] for row in rows] == list(range(10, 121, 10))
    assert all(row.keys() == ROW for row in rows)
    writable = load_checkpoint(folder / "out").model.config.writable
    for name in ("train_loss", "valid_loss"):
        losses = [row[name] for row in rows]
        assert losses[-1] < 0.6 * losses[0]
        assert losses[-1] < 0.5 * math.log(writable)  # of a guess
    assert rows[-1]["epoch"] >= 1


def test_every_token_is_counted_and_an_epoch_is_the_text_once(trained: tuple[str, Path]) -> None:
    kind, folder = trained
    # Eighty documents of ten words, or of so many characters, and an end each.
    text = sum(map(len, TEXT.train)) + 80 if kind == "characters" else 80 * 11
    assert history(folder)[-1]["epoch"] >= 3
    for row in history(folder):
        # Behind the last batch of an epoch, that is still the one.
        assert 0 < row["tokens"] - row["epoch"] * text <= text


def test_the_checkpoint_loads_and_writes(trained: tuple[str, Path]) -> None:
    kind, folder = trained
    checkpoint = load_checkpoint(folder / "out")
    assert checkpoint.config["kind"] == "language-model"
    assert checkpoint.config["recipe"]["name"] == "tiny-writer"
    assert checkpoint.config["recipe"]["data"] == "own"
    writer = TextGenerator(checkpoint)
    assert writer.tokenizer.kind == ("character" if kind == "characters" else "word")
    begun = writer.prompt("Der Hund", DecodingOptions("greedy"), 60)
    written = writer.write_all([begun])[0]
    assert len(written.steps) > 3
    if kind != "characters":  # it has learnt how the second sentence begins
        assert written.text.startswith("Der Hund") and " . the " in written.text
    files = {path.name for path in (folder / "out").iterdir()}
    expected = {"README.md", "config.json", "history.json", "model.safetensors", "tokenizer.json"}
    assert files == expected


def test_the_validation_loss_is_the_logarithm_of_the_perplexity(trained: tuple[str, Path]) -> None:
    kind, folder = trained
    checkpoint = load_checkpoint(folder / "out")
    best = min(row["valid_loss"] for row in history(folder))
    found = score_documents(
        checkpoint.model, checkpoint.target_tokenizer, TEXT.valid, kind == "one text"
    )
    # The mean of the last weights may be better. Eight lanes begin with an empty state, not one.
    assert math.log(found.perplexity) < best + 0.03
    assert math.log(found.perplexity) > 0.8 * best


def test_the_model_card_says_what_the_run_was(trained: tuple[str, Path]) -> None:
    kind, folder = trained
    card = (folder / "out" / "README.md").read_text(encoding="utf-8")
    model = load_checkpoint(folder / "out").model
    assert card.startswith("# out\n")
    assert f"{sum(p.numel() for p in model.parameters()):,} weights" in card
    assert "120 steps" in card and "2 × 32 LSTM" in card
    assert ("characters" if kind == "characters" else "words") + " that occur 1 times" in card
    assert ("Read as one text" if kind == "one text" else "Read as documents") in card
    assert f"{min(row['valid_loss'] for row in history(folder)):.3f}" in card
    assert (
        "arXiv" not in card
        and "own text" in card
        and "`python -m core train tiny` repeats it" in card
    )


def test_equal_runs_are_equal(trained: tuple[str, Path], tmp_path: Path) -> None:
    kind, folder = trained
    chosen, data = RUNS[kind]
    train(chosen, options(tmp_path, max_steps=120), data)
    for one, other in zip(history(folder), history(tmp_path), strict=True):
        assert one | {"seconds": 0} == other | {"seconds": 0}
    weights = [load_file(path / "out" / "model.safetensors") for path in (folder, tmp_path)]
    assert all(tensor.equal(weights[1][name]) for name, tensor in weights[0].items())


def test_training_goes_on_from_a_checkpoint_with_its_history(
    trained: tuple[str, Path], tmp_path: Path
) -> None:
    kind, folder = trained
    chosen, data = RUNS[kind]
    start = options(tmp_path, start_from=folder / "out", max_steps=10)
    train(dataclasses.replace(chosen, learning_rate=1e-3), start, data)
    before, after = history(folder), history(tmp_path)
    assert after[:-1] == before
    assert after[-1]["step"] == 130
    assert after[-1]["tokens"] > before[-1]["tokens"]
    assert after[-1]["valid_loss"] < before[-1]["valid_loss"] + 0.1
    one, other = (load_checkpoint(path / "out") for path in (folder, tmp_path))
    text = "Der Vogel fällt heute."
    assert one.source_tokenizer.encode(text) == other.source_tokenizer.encode(text)
    assert one.model.config == other.model.config


def test_a_finished_run_that_is_resumed_stays_as_it_is_or_goes_on(tmp_path: Path) -> None:
    train(writer_recipe(), options(tmp_path, max_steps=10), TEXT)
    rows = history(tmp_path)
    train(writer_recipe(), options(tmp_path, max_steps=10, resume=True), TEXT)
    assert history(tmp_path) == rows
    train(writer_recipe(), options(tmp_path, max_steps=20, resume=True), TEXT)
    assert history(tmp_path)[:1] == rows
    assert [row["step"] for row in history(tmp_path)] == [10, 20]


def test_dropout_of_a_further_run_is_that_of_its_recipe(tmp_path: Path) -> None:
    write_language_model(tmp_path / "start")
    further = options(tmp_path, start_from=tmp_path / "start", max_steps=2)
    train(writer_recipe(model={**writer_recipe().model, "dropout": 0.3}), further, TEXT)
    config = load_checkpoint(tmp_path / "out").model.config
    assert (config.dropout, config.hidden_size) == (0.3, 16)


def test_a_run_from_the_checkpoint_of_another_text_has_a_history_of_its_own(
    tmp_path: Path,
) -> None:
    start = tmp_path / "before" / "out"
    write_language_model(start)
    write_json(start / "config.json", read_config(start) | {"recipe": {"data": "arxiv"}})
    write_json(start / "history.json", [{**dict.fromkeys(ROW, 1), "valid_loss": 0.001}])
    train(writer_recipe(), options(tmp_path, start_from=start, max_steps=10), TEXT)
    assert [row["step"] for row in history(tmp_path)] == [10]


@pytest.mark.parametrize(
    ("kind", "start", "sentence"),
    [
        ("words", "translator", "is a translator; tiny-writer trains a language model of words."),
        ("translator", "words", "is a language model of words; tiny trains a translator."),
        ("words", "characters", "of characters; tiny-writer trains a language model of words."),
        ("characters", "words", "of words; tiny-writer trains a language model of characters."),
    ],
)
def test_a_checkpoint_of_another_kind_is_not_trained_further(
    tmp_path: Path, kind: str, start: str, sentence: str
) -> None:
    write_checkpoint(tmp_path / "translator")
    write_language_model(tmp_path / "words")
    write_language_model(tmp_path / "characters", characters())
    chosen, data = RUNS[kind]
    with pytest.raises(UserError, match=f"{start} .*{re.escape(sentence)}$"):
        train(chosen, options(tmp_path, start_from=tmp_path / start), data)
    assert not (tmp_path / "out").exists()


def test_words_between_spaces_are_a_kind_of_tokens(tmp_path: Path) -> None:
    train(writer_recipe(tokens="space"), options(tmp_path, max_steps=10), TEXT)
    tokenizer = load_checkpoint(tmp_path / "out").target_tokenizer
    assert {"Der", "The", "oft.", "often."} < set(tokenizer.vocabulary)
    assert not {"der", "oft", "."} & set(tokenizer.vocabulary)


@pytest.mark.parametrize("cell", ["rnn", "gru", "own"])
def test_other_cells_learn_as_well(tmp_path: Path, cell: str) -> None:
    train(writer_recipe(model={**writer_recipe().model, "cell": cell}), options(tmp_path), TEXT)
    losses = [row["valid_loss"] for row in history(tmp_path)]
    assert losses[-1] < 0.8 * losses[0]
    assert load_checkpoint(tmp_path / "out").model.config.cell == cell


def test_rare_tokens_are_unknown(tmp_path: Path) -> None:
    text = TextData([*TEXT.train, "A word more."], TEXT.valid, [])
    train(writer_recipe(min_frequency=2), options(tmp_path, max_steps=2), text)
    tokenizer = load_checkpoint(tmp_path / "out").target_tokenizer
    assert tokenizer.unknown("The word more.") == ["word", "more"]


def test_one_text_that_is_too_short_for_its_lanes_is_refused(tmp_path: Path) -> None:
    text = TextData(TEXT.train, ["Der Hund."], [])
    with pytest.raises(UserError, match=r"held out is too short: .* 4 tokens; 8 lanes"):
        train(writer_recipe(continuous=True, batch=8), options(tmp_path), text)


def test_impossible_sizes_are_refused(tmp_path: Path) -> None:
    for sizes, name in (({"hidden_size": 20}, "hidden_size"), ({"cell": "cnn"}, "cell")):
        wrong = writer_recipe(model={**writer_recipe().model, **sizes})
        with pytest.raises(UserError, match=name):
            train(wrong, options(tmp_path), TEXT)


@pytest.mark.parametrize("continuous", [False, True])
def test_chunks_with_the_state_carried_have_the_loss_of_whole_texts(continuous: bool) -> None:
    model = language_model(0, writable=words().eos_id + 1, vocab_size=words().vocab_size)
    task = LanguageModelTask(writer_recipe(continuous=continuous), TEXT)
    rows = words().encode_batch(TEXT.train)

    def total(length: int, keep: bool = True) -> float:
        carried, nats = None, 0.0
        for batch in text_batches(rows, words(), 8, length, continuous):
            loss, nll, behind = task.loss(model, batch, carried, smoothing=0.0)
            assert loss.requires_grad and not nll.requires_grad
            assert loss.item() == pytest.approx(nll.item())
            assert behind is not None and not any(part.requires_grad for part in behind)
            carried = behind if keep else None
            nats += nll.item() * int(batch.is_target.sum())
        return nats

    whole = total(1_000)
    for length in (1, 4, 7):
        assert total(length) == pytest.approx(whole, rel=1e-5)
        assert total(length, keep=False) != pytest.approx(whole, rel=1e-3)


def test_a_document_begins_with_an_empty_state_whatever_was_carried() -> None:
    model = language_model(0, writable=words().eos_id + 1, vocab_size=words().vocab_size)
    task = LanguageModelTask(writer_recipe(), TEXT)
    rows = words().encode_batch(TEXT.train[:8])
    (batch,) = text_batches(rows, words(), 8, 100, continuous=False)
    carried = tuple(torch.ones_like(part) for part in model.start(8))
    assert task.loss(model, batch, carried, 0.0)[1].equal(task.loss(model, batch, None, 0.0)[1])
    later = dataclasses.replace(batch, begins=False)
    assert not task.loss(model, later, carried, 0.0)[1].equal(task.loss(model, batch, None, 0.0)[1])


def test_validation_has_every_held_out_token_once_and_no_dropout(tmp_path: Path) -> None:
    task = LanguageModelTask(writer_recipe(), TEXT)
    batches = task.validation(words())
    assert sum(int(batch.is_target.sum()) for batch in batches) == 20 * 11
    assert [batch.begins for batch in batches] == [True, False, False] * 2  # 16 and 4 documents


def test_word_vectors_that_are_frozen_stay_so_in_a_resumed_run(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(f"hund {' '.join(['0.25'] * 16)}\n", encoding="utf-8")
    sizes = {**writer_recipe().model, "tied": False}
    given = writer_recipe(vectors=str(path), freeze_vectors=True, model=sizes)
    train(given, options(tmp_path, max_steps=10), TEXT)
    train(given, options(tmp_path, max_steps=20, resume=True), TEXT)
    checkpoint = load_checkpoint(tmp_path / "out")
    (piece,) = checkpoint.target_tokenizer.encode("Hund")
    assert checkpoint.model.embedding.weight[piece.id].tolist() == [0.25] * 16
    with pytest.raises(UserError, match="can't be frozen where the output is tied"):
        train(dataclasses.replace(given, model=writer_recipe().model), options(tmp_path), TEXT)
