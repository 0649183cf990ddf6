"""The settings of the Translate tab; a knob that the method ignores is off and says why."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

METHODS = {  # method -> the knobs that it uses
    "beam": ("beam", "length_penalty"),
    "greedy": (),
    "sample": ("temperature", "seed"),
    "beam-sample": ("beam", "length_penalty", "temperature", "seed"),
    "stochastic-beam": ("beam", "temperature", "seed"),
}


@dataclass(frozen=True)
class Knob:
    """A number that a visitor may set."""

    name: str  # in the API
    label: str
    value: float
    step: float
    help: str
    why_off: str  # what a method that ignores it does instead


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


NAMES = ("checkpoint", "method", *(knob.name for knob in KNOBS))  # in the order of callbacks


def used_by(method: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """Return the values, in the order of KNOBS, that the method uses; the others don't count."""
    used = METHODS.get(method, ())
    return {
        knob.name: value for knob, value in zip(KNOBS, values, strict=True) if knob.name in used
    }


def set_knobs(method: str) -> list[dict[str, Any]]:
    """Return an update for each knob: on with its help, or off with the reason."""
    return [gr.update(**_state(knob, method)) for knob in KNOBS]


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
        checkpoint = gr.Dropdown(
            checkpoints,
            value=checkpoints[0] if checkpoints else None,
            label="Checkpoint",
            info="The trained model.",
            elem_id=id_of("checkpoint"),
            elem_classes="field wide",
        )
        choice = gr.Dropdown(
            list(METHODS),
            value=method,
            label="Method",
            info="How words are chosen.",
            elem_id=id_of("method"),
            elem_classes="field wide",
        )
        knobs = [
            gr.Number(
                knob.value,
                label=knob.label,
                step=knob.step,
                elem_id=id_of(knob.name),
                elem_classes="field",
                **_state(knob, method),
            )
            for knob in KNOBS
        ]
    choice.change(set_knobs, choice, knobs, show_progress="hidden", api_visibility="private")
    return dict(zip(NAMES, (checkpoint, choice, *knobs), strict=True))


def _state(knob: Knob, method: str) -> dict[str, Any]:
    on = knob.name in METHODS[method]
    return {"interactive": on, "info": knob.help if on else f"Off: {method} {knob.why_off}."}
