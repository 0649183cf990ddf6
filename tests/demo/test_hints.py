"""The hint for text that is not German: quiet for German as people type it."""

import pytest

from demo.hints import not_german


@pytest.mark.parametrize(
    "text",
    [
        "Zwei Männer sitzen auf einer Bank.",
        "wo ist der bahnhof",
        "ich moechte einen kaffee bitte",
        "Haben Sie gut geschlafen?",
        "der zug faehrt um 14:35 ab",
        "Guten Morgen!",
        "Danke",
        "Tom lacht.",
        "Das Unfassbare ward Ereignis.",
        "Er arbeitet bei der Deutschen Bank in Frankfurt am Main.",
        "was machst du da",
        "Übermorgen",
    ],
)
def test_german_gets_no_hint(text: str) -> None:
    assert not_german(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Two men are sitting on a bench.",
        "Where is the station?",
        "Je ne sais pas où est la gare.",
        "No sé dónde está la estación.",
        "Dove sono gli altri? Non lo so.",
        "Ik weet het niet.",
        "Где находится вокзал?",
        "مرحبا بالعالم",
        "こんにちは",
        "🙂🙂🙂",
        "12 + 30 = 42",
    ],
)
def test_other_text_gets_a_hint(text: str) -> None:
    assert not_german(text).endswith(".")
