"""The settings of the Translate tab."""

import gradio as gr

from demo.tabs.binding import QUIET
from demo.tabs.settings import Knob, Settings, place_choices, place_knob

METHODS = {  # method -> the knobs that it uses
    "beam": ("beam", "length_penalty"),
    "greedy": (),
    "sample": ("temperature", "seed"),
    "beam-sample": ("beam", "length_penalty", "temperature", "seed"),
    "stochastic-beam": ("beam", "temperature", "seed"),
}
KNOBS = (
    Knob("beam", "Beam", 5, 1, "Translations kept at each step, 1 to 10.", "keeps one text"),
    Knob(
        "length_penalty",
        "Length penalty",
        1.0,
        0.1,
        "0 to 2; higher favours longer texts.",
        "ranks no texts by length",
    ),
    Knob(
        "temperature",
        "Temperature",
        1.0,
        0.05,
        "0.05 to 2; lower is surer, higher bolder.",
        "draws nothing at random",
    ),
    Knob("seed", "Seed", 0, 1, "The same seed gives the same text.", "draws nothing at random"),
)
SETTINGS = Settings(METHODS, KNOBS)
NAMES = SETTINGS.names  # in the order of callbacks
used_by, set_knobs = SETTINGS.used_by, SETTINGS.updates


def build_settings(
    checkpoints: list[str], prefix: str, method: str = "beam"
) -> dict[str, gr.components.Component]:
    """Place the settings and let the method switch the knobs.

    Args:
        prefix: of the element ids.
        method: that is set at first.
    """

    def id_of(name: str) -> str:
        return f"{prefix}-{name.replace('_', '-')}"

    with gr.Row(elem_classes="settings"):
        choices = place_choices(checkpoints, SETTINGS, id_of, method, "How words are chosen.")
        knobs = [place_knob(knob, SETTINGS, id_of(knob.name), method) for knob in KNOBS]
    choices[1].change(set_knobs, choices[1], knobs, **QUIET)
    return dict(zip(NAMES, (*choices, *knobs), strict=True))
