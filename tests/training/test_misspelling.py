"""Misspellings that a model makes: drawn as it gives them, once for all words, from its weights."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from core.checkpoint import Checkpoint, load_checkpoint
from core.errors import UserError
from core.models.seq2seq import Seq2Seq
from core.training import misspelling
from core.training.misspelling import misspell, misspellings
from tests.tiny import letters, write_checkpoint

WORDS = ["cat", "horse", "a"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "misspeller", pieces=letters())
    return tmp_path / "misspeller"


def test_each_word_gets_as_many_draws_as_asked_for(folder: Path) -> None:
    made = misspell(load_checkpoint(folder), WORDS, each=7)
    assert set(made) == set(WORDS)
    assert all(len(texts) == 7 for texts in made.values())
    assert len(set(made["horse"])) > 1


def test_draws_follow_the_model(folder: Path) -> None:
    checkpoint, draws = load_checkpoint(folder), 8_000
    # Beside a longer word, whose padding must change nothing.
    found = Counter(misspell(checkpoint, ["cat", "elephants"], each=draws)["cat"])
    del found[""]  # what did not end in time
    few = [text for text in found if len(text) < 4]
    share = sum(probability(checkpoint, "cat", text) for text in few)
    spread = (share * (1 - share) / draws) ** 0.5
    assert abs(sum(found[text] for text in few) / draws - share) < 4 * spread
    assert share > 0.004  # of 8,000: more than thirty


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
        return misspell(*arguments)

    monkeypatch.setattr(misspelling, "misspell", again)
    assert misspellings(folder, WORDS) == made
    assert not calls
    misspellings(folder, WORDS[:2])
    write_checkpoint(folder, seed=1, pieces=letters())
    assert misspellings(folder, WORDS) != made
    assert len(calls) == 2


def test_without_a_misspeller_one_sentence_says_how_to_train_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="train misspell-en first"):
        misspellings(tmp_path / "none", WORDS)
