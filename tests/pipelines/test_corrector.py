"""Which words are checked, and what becomes of them; the model is random and would change all."""

import math
from pathlib import Path

import pytest
import torch

from core.checkpoint import load_checkpoint
from core.decoding.force import force_decode
from core.decoding.hypothesis import Limits
from core.errors import UserError
from core.pipelines.corrector import SpellingCorrector, find_words
from tests.tiny import letters, write_checkpoint

ALWAYS, NEVER = 0.0, 100.0


@pytest.fixture(scope="module")
def corrector(tmp_path_factory: pytest.TempPathFactory) -> SpellingCorrector:
    folder: Path = tmp_path_factory.mktemp("checkpoints") / "tiny-speller"
    write_checkpoint(folder, 3, letters())
    return SpellingCorrector(load_checkpoint(folder))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Teh cat, teh dog.", ["Teh", "cat", "teh", "dog"]),
        ("It's a “good” day—isn’t it?", ["It's", "good", "day", "isn’t", "it"]),
        ("well-known (words)", ["well", "known", "words"]),
        ("NASA and McDonald", ["NASA", "and"]),  # capitals inside
        ("see http://a.bc/definately or www.recieve.com", ["see", "or"]),
        ("mail teh@dog.org, version v2beta, 3rd, x86_64", ["mail", "version"]),
        ("a file.txt and end.", ["and", "end"]),
        ("Straße über слово 語 naïve 🎉wow", ["wow"]),
        ("x" * 31 + " " + "y" * 30, ["y" * 30]),
        ("[teh] *cat* _sat_ <b>a dog</b> and/no", ["teh", "cat", "sat", "dog", "and", "no"]),
        ("2020—teh,2021 x=teh a*b ~/teh c/teh/d it.Then e.g. p.m", ["teh", "it", "Then"]),
        ("\\emph{teh} #teh <a href='teh'>dog", ["dog"]),
        ("'teh' 'tis dogs' ‘dog’ rock'n'roll", ["teh", "tis", "dogs", "dog", "rock'n'roll"]),
        ("dell'università presqu'île Zoë'll qu’été", []),
        # In NFD, with accents behind their letters; with signs that can't be seen.
        ("re\u0301sume\u0301 nai\u0308ve e\u0302\u0301ng", []),
        ("\ufeffTeh infor\u00admation te\u200bh dog", ["Teh", "dog"]),
        ("", []),
    ],
)
def test_what_is_no_word_is_not_checked(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in find_words(text)] == words


def test_what_is_no_word_stays_and_capitals_are_kept(corrector: SpellingCorrector) -> None:
    text = "Teh CAT is at http://teh.cat/ (3rd) — teh\n  end…"
    found = corrector.correct(text, ALWAYS)
    first, loud, *_ = found.words
    assert first.text == "Teh"
    assert all(one.text and one.text == one.text.capitalize() for one in first.candidates)
    assert all(one.text and one.text == one.text.upper() for one in loud.candidates)
    rest = text
    for word in reversed(found.words):
        assert word.text == text[word.start : word.end]
        assert word.corrected(ALWAYS) != word.text
        rest = rest[: word.start] + word.corrected(ALWAYS) + rest[word.end :]
    assert found.text == rest
    assert "http://teh.cat/ (3rd) — " in found.text


def test_a_word_changes_only_where_the_model_is_surer(corrector: SpellingCorrector) -> None:
    assert corrector.correct("Teh cat sat", NEVER).text == "Teh cat sat"
    for word in corrector.correct("Teh cat sat", 0.0).words:
        assert word.other is not None
        assert word.surer == pytest.approx(word.other.log_prob - word.log_prob / 2)
        assert word.corrected(word.surer - 1e-6) == word.other.text
        assert word.corrected(word.surer) == word.text


def test_a_word_has_the_probability_that_the_model_gives_it(corrector: SpellingCorrector) -> None:
    found = corrector.check(["teh", "category", "it's"])
    for text, word in found.items():
        pieces, model = letters(), corrector.checkpoint.model
        ids = [*pieces.encode_batch([text])[0], pieces.eos_id]
        with torch.inference_mode():
            state = model.start(torch.tensor([ids]), torch.tensor([len(ids)]))
        limits = Limits(
            pieces.bos_id, pieces.eos_id, [len(ids)], model.device, source_lengths=[len(ids)]
        )
        alone = force_decode(model, state, ids, limits)
        assert word.log_prob == pytest.approx(sum(alone.log_probs), abs=1e-3)


def test_a_word_is_the_same_alone_and_among_others(corrector: SpellingCorrector) -> None:
    text = "teh category of speling"
    together = {word.text: word for word in corrector.correct(text).words}
    for text, word in together.items():
        (alone,) = corrector.correct(text).words
        assert [one.text for one in alone.candidates] == [one.text for one in word.candidates]
        assert alone.log_prob == pytest.approx(word.log_prob, abs=1e-3)
        for one, other in zip(alone.candidates, word.candidates, strict=True):
            assert one.log_prob == pytest.approx(other.log_prob, abs=1e-3)
            assert len(one.attention) - len(one.text) in (0, 1)  # noise that never ends has no end
            assert all(len(row) == len(text) + 1 for row in one.attention)
            assert all(sum(row) == pytest.approx(1, abs=1e-3) for row in one.attention)


def test_capitals_and_apostrophes_are_not_seen_by_the_model(corrector: SpellingCorrector) -> None:
    found = corrector.check(["it's", "It’s", "IT'S"])
    assert [word.text for word in found.values()] != ["it's"] * 3
    assert len({word.log_prob for word in found.values()}) == 1
    small = [one.text for one in found["it's"].candidates]
    for text in ("It’s", "IT'S"):
        assert found[text].text == text
        given = [one.text.lower().replace("’", "'") for one in found[text].candidates]
        assert given == small
    assert all(one.text.isupper() for one in found["IT'S"].candidates)


def test_more_words_than_a_batch_are_the_same_as_each_batch_alone(
    corrector: SpellingCorrector, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["teh", "category", "of", "speling", "dog"]
    together = corrector.check(words)
    monkeypatch.setattr("core.pipelines.corrector._BATCH", 2)
    apart = corrector.check(words)
    assert apart.keys() == together.keys() == set(words)
    for word in words:
        assert apart[word].log_prob == pytest.approx(together[word].log_prob, abs=1e-3)


@pytest.mark.parametrize("threshold", [-0.1, 100.1, math.nan, math.inf])
def test_a_threshold_out_of_range_is_refused(corrector, threshold: float) -> None:
    with pytest.raises(UserError, match="threshold must be from 0 to 100, not"):
        corrector.correct("Teh", threshold)


def test_a_text_without_words_stays(corrector: SpellingCorrector) -> None:
    for text in ("", " \n", "123 http://a.b", "слово"):
        found = corrector.correct(text, ALWAYS)
        assert (found.text, found.words) == (text, ())
