"""How pretty a text is: figures that can be counted by hand."""

import dataclasses

import pytest

from core.evaluation import prettiness
from core.evaluation.prettiness import (
    Prettiness,
    original_tokens,
    score_prettiness,
    sentence_starts,
    tokens_in,
)


def test_a_text_that_comes_back_whole_is_right_everywhere() -> None:
    # The | model | ' | s | loss | . | We | win | .
    score = score_prettiness(["The model's loss. We win."])
    assert score == Prettiness(
        gap_accuracy=1.0,
        capital_recall=1.0,
        capital_precision=1.0,
        joined_gap_accuracy=4 / 8,
        gaps=8,
        capitals=2,
        n=1,
    )


def test_counts_what_differs_over_all_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    written = {"it": "It  . We Win", "no": "no ."}
    monkeypatch.setattr(prettiness, "prettify", lambda tokens: written[tokens[0]])
    # "It| .| We win": the full stop has a space too many. "No|.": one too many, no capital.
    score = score_prettiness(["It. We win", "No."])
    assert (score.gaps, score.gap_accuracy, score.joined_gap_accuracy) == (4, 2 / 4, 2 / 4)
    assert (score.capitals, score.capital_recall) == (3, 2 / 3)
    assert score.capital_precision == 2 / 3  # It, We, Win


def test_a_lone_i_is_no_capital_of_a_sentence() -> None:
    assert score_prettiness(["So I think."]).capital_precision == 1.0
    assert score_prettiness(["so I think."]).capital_precision == 0.0  # So


def test_nothing_to_score_is_no_error() -> None:
    score = score_prettiness(["", "word"])
    assert (score.gaps, score.capitals, score.n) == (0, 0, 2)
    assert (score.gap_accuracy, score.capital_recall) == (1.0, 1.0)


def test_is_written_as_json() -> None:
    score = score_prettiness(["Yes. No."])
    assert score.to_dict() == dataclasses.asdict(score)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Yes. No! Why? Because.", ["Yes", "No", "Why", "Because"]),
        ('A cat. "The dog." (It ran.) He', ["A", "The", "It", "He"]),
        ("We use nets, e.g. Elman's, i.e. RNNs", ["We"]),
        ("By Smith et al. Here J. Smith, see Fig. One", ["By"]),
        ("See github.com. we use GPUs", ["See"]),
        ("iPods. 3 Cats ... Dogs", []),
        ("Is this 0.5. It is 1. No", ["Is", "It", "No"]),
        ("One.Two", ["One"]),
    ],
)
def test_finds_where_sentences_start(text: str, starts: list[str]) -> None:
    tokens = original_tokens(text)
    assert [tokens[index].text for index in sentence_starts(tokens)] == starts


def test_knows_tokens_whose_length_their_small_letters_change() -> None:
    original = original_tokens("İzmir (İ) won")
    assert [token.text for token in original] == ["İzmir", "(", "İ", ")", "won"]
    assert [token.spaced for token in original] == [False, True, False, False, True]
    score = score_prettiness(["İzmir (İ) won"])
    assert (score.gaps, score.gap_accuracy) == (4, 1.0)


@pytest.mark.parametrize("text", ["a b c", "a c", "a", "ab d"])
def test_refuses_a_text_of_other_tokens(text: str) -> None:
    with pytest.raises(ValueError, match="stands"):
        tokens_in(text, ["a", "b"])
