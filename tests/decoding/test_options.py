"""Options check themselves and name the field that is wrong."""

import dataclasses
import math

import pytest

from core.decoding.options import METHODS, DecodingOptions
from core.errors import UserError

FIELDS = [field.name for field in dataclasses.fields(DecodingOptions) if field.name != "method"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "viterbi"),
        ("method", ""),
        ("method", None),
        ("beam", 0),
        ("beam", -1),
        ("beam", 101),
        ("beam", 10**30),
        ("beam", 2.5),
        ("beam", "5"),
        ("beam", None),
        ("length_penalty", -0.1),
        ("length_penalty", 5.1),
        ("length_penalty", "1"),
        ("temperature", -0.01),
        ("temperature", -1.0),
        ("temperature", 1e9),
        ("temperature", [1.0]),
        ("seed", -1),
        ("seed", 2**31),
        ("seed", 1.5),
        ("repetition_penalty", 0.0),
        ("no_repeat_ngram", -1),
        ("top_k", 0.5),
        ("top_p", 1.1),
        ("min_p", -0.1),
        ("typical", "1"),
        *[(field, value) for field in FIELDS for value in (math.nan, math.inf, -math.inf)],
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(field: str, value: object) -> None:
    with pytest.raises(UserError, match=rf"^{field} must be .*, not .*\.$"):
        DecodingOptions(**{field: value})


def test_the_ends_of_each_range_are_allowed() -> None:
    for method in METHODS:
        DecodingOptions(method, 1, 0.0, 0.0, 0)
        DecodingOptions(method, 100, 5.0, 10.0, 2**31 - 1)
    DecodingOptions(length_penalty=1, temperature=1)  # whole numbers are numbers


def test_options_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DecodingOptions().beam = 3
