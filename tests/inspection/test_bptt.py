"""Backpropagation by hand against autograd, as it should be and with each slip."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.inspection.bptt import SLIPS
from core.inspection.derivation import derive

SENTENCE = "the cat sat on the mat"
TOKENS = st.lists(st.sampled_from(["a", "bee", "c", "ü", "{{x}}"]), min_size=1, max_size=10)


@settings(max_examples=40, deadline=None)
@given(tokens=TOKENS, hidden=st.integers(1, 6), seed=st.integers(0, 2**31 - 1))
def test_by_hand_and_by_autograd_are_the_same(tokens: list[str], hidden: int, seed: int) -> None:
    found = derive(" ".join(tokens), hidden=hidden, seed=seed)
    assert found.tokens == tuple(tokens)
    assert max(found.differences["none"].values()) <= 1e-10
    for one in found.gradients:
        assert one.by_hand == pytest.approx(one.by_autograd, abs=1e-10)
        assert one.difference == found.differences["none"][one.parameter]


# What each slip leaves right: V and c get nothing from later steps.
@pytest.mark.parametrize(
    ("slip", "wrong"),
    [("sign", "UWVbc"), ("transpose", "UWb"), ("square", "UWb"), ("step", "UWb")],
)
def test_a_slip_makes_a_large_difference(slip: str, wrong: str) -> None:
    for seed in range(5):
        found = derive(SENTENCE, seed=seed, slip=slip)
        for one in found.gradients:
            assert one.difference == found.differences[slip][one.parameter]
            if one.parameter in wrong:
                assert one.difference > 0.05, (seed, one)
            else:
                assert one.difference <= 1e-10
        right = derive(SENTENCE, seed=seed)
        assert [one.by_autograd for one in found.gradients] == [
            one.by_autograd for one in right.gradients
        ]
    assert set(SLIPS) == {"none", "sign", "transpose", "square", "step"}


def test_the_steps_add_up_to_the_gradients() -> None:
    found = derive("a b a", hidden=2)
    assert [(one.t, one.token, one.target) for one in found.steps] == [
        (3, "a", "</s>"),
        (2, "b", "a"),
        (1, "a", "b"),
    ]
    assert found.vocabulary == ("a", "b", "</s>")
    last, middle, first = found.steps
    assert last.x == (1, 0, 0) and last.y == (0, 0, 1)
    assert last.by_next == (0, 0) and any(middle.by_next)
    assert last.h_before == middle.h and first.h_before == (0, 0)
    for step in found.steps:
        assert step.of_o == pytest.approx([a - b for a, b in zip(step.y_hat, step.y, strict=True)])
        assert step.of_h == pytest.approx(
            [a + b for a, b in zip(step.by_output, step.by_next, strict=True)]
        )
        assert step.added["b"] == (step.of_a,)
    sums = [sum(rows) for rows in zip(*(step.added["c"][0] for step in found.steps), strict=True)]
    of_c = found.gradients[4]
    assert sum(value**2 for value in sums) == pytest.approx(of_c.by_hand**2)
    assert json.loads(json.dumps(found.to_dict()))["gradients"][0]["shape"] == [2, 3]


def test_text_that_spells_the_end_is_not_the_end() -> None:
    found = derive("a </s>")
    assert found.vocabulary == ("a", "</s>", "</s>")
    assert [step.y for step in found.steps] == [(0, 0, 1), (0, 1, 0)]  # from the last
    assert max(found.differences["none"].values()) <= 1e-10


def test_letters_are_tokens_as_well() -> None:
    assert derive("a b", "character").tokens == ("a", " ", "b")


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"text": "  "}, "nothing to derive"),
        ({"text": "a " * 11}, "has 11 words; the limit is 10"),
        ({"text": "abcdefghijk", "units": "character"}, "has 11 characters; the limit is 10"),
        ({"text": "a", "units": "line"}, "units must be word or character, not 'line'"),
        ({"text": "a", "slip": "none at all"}, "slip must be one of none, sign"),
        ({"text": "a", "hidden": 0}, "hidden must be 1 to 16, not 0"),
    ],
)
def test_what_is_asked_for_in_vain_is_said(request_: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        derive(**request_)
