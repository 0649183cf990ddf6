"""The settings of a tab: a method and knobs; one that the method ignores is off and says why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from demo.components.open_slider import OpenSlider
from demo.limits import Range


@dataclass(frozen=True)
class Knob:
    """A number that a visitor may set."""

    name: str  # in the API
    label: str
    value: float
    step: float
    help: str
    why_off: str  # what a method that ignores it does instead
    slide: Range | None = None  # where it is a slider, from where to where


@dataclass(frozen=True)
class Settings:
    """The methods of a tab, and the knobs of each."""

    methods: dict[str, tuple[str, ...]]  # method -> the knobs that it uses
    knobs: tuple[Knob, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What a callback is given, in this order."""
        return ("checkpoint", "method", *(knob.name for knob in self.knobs))

    def used_by(self, method: str, values: tuple[Any, ...]) -> dict[str, Any]:
        """Return the values, in the order of knobs, that the method uses; others don't count."""
        used = self.methods.get(method, ())
        pairs = zip(self.knobs, values, strict=True)
        return {knob.name: value for knob, value in pairs if knob.name in used}

    def state(self, knob: Knob, method: str) -> dict[str, Any]:
        """Return whether the knob is on, and its help or the reason why not."""
        on = knob.name in self.methods.get(method, ())
        return {"interactive": on, "info": knob.help if on else f"Off: {method} {knob.why_off}."}

    def updates(self, method: str) -> list[dict[str, Any]]:
        """Return an update for each knob: on with its help, or off with the reason."""
        return [gr.update(**self.state(knob, method)) for knob in self.knobs]


def place_choices(
    checkpoints: list[str], settings: Settings, id_of: Callable[[str], str], method: str, help: str
) -> tuple[gr.Dropdown, gr.Dropdown]:
    """Place the lists of checkpoints and of methods."""
    checkpoint = gr.Dropdown(
        checkpoints,
        value=checkpoints[0] if checkpoints else None,
        label="Checkpoint",
        info="The trained model.",
        elem_id=id_of("checkpoint"),
        elem_classes="field wide",
    )
    choice = gr.Dropdown(
        list(settings.methods),
        value=method,
        label="Method",
        info=help,
        elem_id=id_of("method"),
        elem_classes="field wide",
    )
    return checkpoint, choice


def place_knob(
    knob: Knob, settings: Settings, elem_id: str, method: str, value: float | None = None
) -> gr.Number | gr.Slider:
    """Place a knob as the method has it; with a value of its own, or that of the knob."""
    looks = {
        "value": knob.value if value is None else value,
        "label": knob.label,
        "step": knob.step,
        "elem_id": elem_id,
        "elem_classes": "field" if knob.slide is None else "field slide",
        **settings.state(knob, method),
    }
    if knob.slide is None:
        return gr.Number(**looks)
    return OpenSlider(knob.slide.low, knob.slide.high, buttons=[], **looks)
