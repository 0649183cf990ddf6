"""What a request may ask for: each bad value gets one sentence that names its field."""

import math

import pytest

from core.errors import UserError
from demo import limits

GOOD = {"text": "Hallo", "checkpoint": "tiny", "method": "beam"}


def test_a_good_request_passes_unchanged() -> None:
    knobs = {"beam": 10, "length_penalty": 0.0, "temperature": 0.05, "seed": 2**31 - 1}
    request = GOOD | knobs | {"prefix": " Good m"}
    assert limits.translate_request(**request) == request


def test_a_whole_number_may_come_as_a_float() -> None:
    beam = limits.BEAM.check(5.0)
    assert beam == 5
    assert isinstance(beam, int)


@pytest.mark.parametrize("field", ["beam", "length_penalty", "temperature", "seed"])
@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, -1, 10**400, -(10**400), "5", "", None, True, [5], {"a": 1}],
)
def test_a_number_that_is_none_is_named(field: str, value: object) -> None:
    with pytest.raises(UserError, match=rf"^{field} must be a (whole )?number from .+\.$") as error:
        limits.translate_request(**GOOD, **{field: value})
    assert len(str(error.value)) < 150


@pytest.mark.parametrize(
    ("field", "value"),
    [("beam", 0), ("beam", 11), ("beam", 2.5), ("temperature", 0.0), ("length_penalty", 2.01)],
)
def test_the_bounds_are_kept(field: str, value: float) -> None:
    with pytest.raises(UserError, match=field):
        limits.translate_request(**GOOD, **{field: value})


@pytest.mark.parametrize("text", ["", "   ", "\n\t \u00a0"])
def test_blank_text_is_told(text: str) -> None:
    with pytest.raises(UserError, match="blank"):
        limits.check_text(text)


def test_long_text_is_told_with_limit_and_length() -> None:
    assert limits.check_text("x" * limits.MAX_CHARACTERS)
    with pytest.raises(UserError, match=r"1,048,576 characters; the limit is 2,000"):
        limits.check_text("x" * 2**20)


@pytest.mark.parametrize("prefix", ["", " ", "\t\n\u00a0"])
def test_a_blank_beginning_is_none(prefix: str) -> None:
    assert limits.check_prefix(prefix) == ""


def test_a_beginning_is_kept_to_the_character_up_to_its_limit() -> None:
    assert limits.check_prefix(" A  m ") == " A  m "
    assert limits.check_prefix("x" * limits.MAX_PREFIX)
    with pytest.raises(UserError, match=r"501 characters; the limit is 500\.$"):
        limits.check_prefix("x" * 501)


def test_a_beginning_that_is_too_long_is_named_as_its_parameter() -> None:
    with pytest.raises(UserError, match="prefix"):
        limits.check_prefix("x" * 501)


@pytest.mark.parametrize("text", ["مرحبا", "🙂🙂", "a\x00b\x1b[0m", "<img src=x onerror=alert(1)>"])
def test_unusual_characters_are_text(text: str) -> None:
    assert limits.check_text(text) == text


@pytest.mark.parametrize("field", ["text", "checkpoint", "method", "prefix"])
@pytest.mark.parametrize("value", [None, 5, ["a"], b"abc", "half a smile: \ud83d"])
def test_strings_are_strings_that_can_be_sent(field: str, value: object) -> None:
    with pytest.raises(UserError, match=f"^{field} ") as error:
        limits.translate_request(**GOOD | {field: value})
    str(error.value).encode("utf-8")
