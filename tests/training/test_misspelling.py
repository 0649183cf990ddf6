"""Misspellings that a model makes: drawn as it gives them, once for all words, from its weights."""

import dataclasses
import random
import sys
from collections import Counter
from pathlib import Path
from string import ascii_lowercase

import pytest
import torch

from core.__main__ import main
from core.checkpoint import Checkpoint, load_checkpoint
from core.data.corpora import Pair
from core.data.spelling import WORD, SpellingData
from core.data.spelling_corpora import CountedWord
from core.errors import UserError
from core.models.seq2seq import Seq2Seq
from core.training import misspelling, run, spelling
from core.training.misspelling import draw_misspellings, misspellings
from core.training.recipes import SpellingRecipe, find_recipe
from core.training.run import train
from core.training.spelling import SpellingTask
from tests.tiny import letters, write_checkpoint
from tests.training.runs import options

WORDS = ["cat", "horse", "a"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "misspeller", pieces=letters())
    return tmp_path / "misspeller"


def test_each_word_gets_as_many_draws_as_asked_for(folder: Path) -> None:
    made = draw_misspellings(load_checkpoint(folder), WORDS, each=7)
    assert set(made) == set(WORDS)
    assert all(len(texts) == 7 for texts in made.values())
    assert len(set(made["horse"])) > 1


def test_draws_follow_the_model(folder: Path) -> None:
    checkpoint, draws = load_checkpoint(folder), 8_000
    # Beside a longer word, whose padding must change nothing.
    found = Counter(draw_misspellings(checkpoint, ["cat", "elephants"], each=draws)["cat"])
    likely = [text for text in ascii_lowercase if probability(checkpoint, "cat", text) > 5e-4]
    assert likely
    for text in likely:
        expected = draws * probability(checkpoint, "cat", text)
        assert abs(found[text] - expected) < 4 * expected**0.5


def test_no_draw_looks_like_no_word(folder: Path) -> None:
    made = draw_misspellings(load_checkpoint(folder), WORDS, each=500)
    texts = {text for drawn in made.values() for text in drawn}
    assert "" in texts  # in place of all that does
    assert all(WORD.fullmatch(text) for text in texts - {""})


def probability(checkpoint: Checkpoint[Seq2Seq], word: str, text: str) -> float:
    """Of a text and its end, from the model's steps one by one."""
    model, pieces = checkpoint.model, checkpoint.target_tokenizer
    source = torch.tensor([[*pieces.encode_batch([word])[0], pieces.eos_id]])
    total, last = 1.0, pieces.bos_id
    with torch.inference_mode():
        state = model.start(source, torch.tensor([source.size(1)]))
        for token in (*pieces.encode_batch([text])[0], pieces.eos_id):
            output = model.step(torch.tensor([last]), state)
            total *= float(output.logits.softmax(1)[0, token])
            state, last = output.state, token
    return total


def test_what_is_made_is_kept_until_weights_or_words_change(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = misspellings(folder, WORDS)
    assert set(made) == set(WORDS)
    calls = []

    def again(*arguments):
        calls.append(arguments)
        return draw_misspellings(*arguments)

    monkeypatch.setattr(misspelling, "draw_misspellings", again)
    assert misspellings(folder, WORDS) == made
    assert not calls
    misspellings(folder, WORDS[:2])
    write_checkpoint(folder, seed=1, pieces=letters())
    assert misspellings(folder, WORDS) != made
    monkeypatch.setattr(misspelling, "_EACH", 3)
    assert len(misspellings(folder, WORDS)["cat"]) == 3
    assert len(calls) == 3


def test_without_a_misspeller_one_sentence_says_how_to_train_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="train misspell-en first"):
        misspellings(tmp_path / "none", WORDS)


def test_a_misspeller_is_trained_on_the_lists_the_other_way_round(tmp_path: Path) -> None:
    pairs = [Pair(word.replace("e", "a"), word) for word in ("here", "there", "were", "where")]
    words = [CountedWord(word, 1) for word in ("here", "there", "were", "where", "area")]
    data = SpellingData(pairs, words, pairs, [], [], {})
    sizes = {"embedding_size": 16, "encoder_hidden_size": 16, "decoder_hidden_size": 32}
    recipe = dataclasses.replace(
        find_recipe("misspell-en"),
        model={**sizes, "dropout": 0.0},
        learning_rate=0.02,
        warmup_steps=5,
        validate_every=20,
    )
    train(recipe, options(tmp_path, max_steps=120), data)
    made = misspellings(tmp_path / "out", ["where"])["where"]
    assert Counter(made).most_common(1)[0][0] == "whara"
    assert "writes a misspelling of it" in (tmp_path / "out" / "README.md").read_text()


def test_what_is_held_out_is_never_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = {"test": [Pair("tset", "test")]}, [Pair("vlaid", "valid")]
    asked = {"test": ["tset", "tst"], "valid": ["vlaid", "vald"]}
    monkeypatch.setattr(spelling, "misspellings", lambda folder, words: asked)
    words = [CountedWord(word, 1) for word in asked]
    data = SpellingData([], words, held_out[1], [], [], held_out[0])
    recipe = find_recipe("spell-en")
    assert isinstance(recipe, SpellingRecipe)
    task, chance = SpellingTask(recipe, data), random.Random(1)
    stream = task.stream(letters())
    drawn = {stream.augment(pair, chance).source for pair in stream.pairs[:2_000]}
    assert {"tst", "vald"} < drawn
    assert not {"tset", "vlaid"} & drawn


def test_the_command_writes_where_the_corrector_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(run, "train", lambda recipe, options, data: written.append(options.output))
    monkeypatch.setattr(sys, "argv", ["core", "train", "misspell-en"])
    with pytest.raises(SystemExit):
        main()
    corrector = find_recipe("spell-en")
    assert isinstance(corrector, SpellingRecipe)
    assert written == [Path(corrector.misspeller)]
