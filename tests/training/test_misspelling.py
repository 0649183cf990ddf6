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
from core.training import run, spelling
from core.training.misspelling import draw_misspellings, load_misspeller
from core.training.recipes import SpellingRecipe, find_recipe
from core.training.run import train
from core.training.spelling import SpellingTask
from tests.tiny import letters, write_checkpoint
from tests.training.runs import options


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "misspeller", pieces=letters())
    return tmp_path / "misspeller"


def drawn(folder: Path, words: list[str], seed: int = 1) -> list[str]:
    return draw_misspellings(load_misspeller(folder), words, random.Random(seed))


def test_draws_are_repeatable_and_differ_between_seeds_and_places(folder: Path) -> None:
    words = ["cat", "horse", "a"] * 50
    made = drawn(folder, words)
    assert len(made) == len(words)
    assert made == drawn(folder, words) != drawn(folder, words, seed=2)
    assert len({*made[1::3]}) > 2


def test_draws_follow_the_model(folder: Path) -> None:
    draws = 8_000
    # Beside a longer word, whose padding must change nothing.
    made = drawn(folder, ["elephants", "cat"] * draws)
    found = Counter(made[1::2])
    checkpoint = load_checkpoint(folder)
    likely = [text for text in ascii_lowercase if probability(checkpoint, "cat", text) > 5e-4]
    assert likely
    for text in likely:
        expected = draws * probability(checkpoint, "cat", text)
        assert abs(found[text] - expected) < 4 * expected**0.5


def test_no_draw_looks_like_no_word(folder: Path) -> None:
    texts = {*drawn(folder, ["cat", "horse", "a"] * 500)}
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


def test_without_a_misspeller_one_sentence_says_how_to_train_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="train misspell-en first"):
        load_misspeller(tmp_path / "none")


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
    made = drawn(tmp_path / "out", ["where", "here"] * 40)
    commonest = [Counter(made[nth::2]).most_common(1)[0][0] for nth in range(2)]
    assert commonest == ["whara", "hara"]
    assert "writes a misspelling of it" in (tmp_path / "out" / "README.md").read_text()


def task_of(folder: Path, data: SpellingData) -> SpellingTask:
    """Of spell-en with a misspeller of one's own."""
    recipe = find_recipe("spell-en")
    assert isinstance(recipe, SpellingRecipe)
    return SpellingTask(dataclasses.replace(recipe, misspeller=str(folder)), data)


def test_what_is_held_out_is_never_made_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = {"test": [Pair("tset", "test")]}, [Pair("vlaid", "valid")]
    asked = {"test": ["tset", "tst"], "valid": ["vlaid", "vald"]}
    monkeypatch.setattr(
        spelling,
        "draw_misspellings",
        lambda _, words, chance: [chance.choice(asked[word]) for word in words],
    )
    words = [CountedWord(word, 1) for word in asked]
    data = SpellingData([], words, held_out[1], [], [], held_out[0])
    stream = task_of(folder, data).stream(letters())
    read = {pair.source for pair in stream.augment(stream.pairs[:2_000], random.Random(1))}
    assert {"tst", "vald"} < read
    assert not {"tset", "vlaid"} & read


def test_each_epoch_has_misspellings_of_its_own_and_its_share_of_right_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        spelling,
        "draw_misspellings",
        lambda _, words, chance: [f"{word}-{chance.getrandbits(60)}" for word in words],
    )
    words = [CountedWord(word, 1) for word in ("elephants", "horses")]
    listed = Pair("hosres", "horses")
    stream = task_of(folder, SpellingData([listed], words, [], [], [], {})).stream(letters())
    epochs = [stream.augment(stream.pairs[:701], random.Random(seed)) for seed in range(2)]
    for pairs in epochs:
        assert len(pairs) == 701 and listed in pairs
        assert {pair.target for pair in pairs} == {"elephants", "horses"}
        assert sum(pair.source == pair.target for pair in pairs) == 200
    first, second = ({one.source for one in pairs if "-" in one.source} for pairs in epochs)
    assert len(first) == len(second) == 350  # the misspeller's, of 500
    assert not first & second


def test_the_command_writes_where_the_corrector_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(run, "train", lambda recipe, options, data: written.append(options.output))
    monkeypatch.setattr(sys, "argv", ["core", "train", "misspell-en"])
    with pytest.raises(SystemExit):
        main()
    corrector = find_recipe("spell-en")
    assert isinstance(corrector, SpellingRecipe)
    assert written == [Path(corrector.misspeller)]
