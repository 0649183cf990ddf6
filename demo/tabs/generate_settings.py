"""The settings of the Generate tab, and the presets that set several of them at once."""

from typing import Any

import gradio as gr

from demo import limits
from demo.tabs.binding import QUIET, Parts, Updates
from demo.tabs.settings import Knob, Settings, place_choices, place_knob

FILTERS = tuple(field.field for field in limits.FILTERS)
DRAWS = (*FILTERS, "seed", "max_tokens")
METHODS = {  # method -> the knobs that it uses
    "sample": DRAWS,
    "greedy": ("max_tokens",),
    "beam": ("beam", "max_tokens"),
    "beam-sample": ("beam", *DRAWS),
    "stochastic-beam": ("beam", *DRAWS),
}
RANGES = {field.field: field for field in limits.FILTERS}
NO_DRAW, ONE_TEXT = "draws nothing at random", "keeps one text, not a beam"
# What each filter has by itself leaves the model as it is.
KNOBS = (
    Knob(
        "temperature",
        "Temperature",
        1.0,
        0.05,
        "Below 1 the likely gain and the text is surer, above 1 it is bolder.",
        NO_DRAW,
        RANGES["temperature"],
    ),
    Knob("top_k", "Top-k", 0, 1, "Only the k likeliest may be drawn; 0 is all.", NO_DRAW),
    Knob(
        "top_p",
        "Top-p",
        1.0,
        0.01,
        "Only the fewest that together reach p may be drawn; 1 is all.",
        NO_DRAW,
        RANGES["top_p"],
    ),
    Knob(
        "min_p",
        "Min-p",
        0.0,
        0.01,
        "Only those that have this share of the likeliest one’s probability; 0 is all.",
        NO_DRAW,
        RANGES["min_p"],
    ),
    Knob(
        "typical",
        "Typical",
        1.0,
        0.01,
        "Only those about as surprising as is to be expected, up to this probability; 1 is all.",
        NO_DRAW,
        RANGES["typical"],
    ),
    Knob(
        "repetition_penalty",
        "Repetition penalty",
        1.0,
        0.05,
        "Above 1, what stands in the text is less likely to be written again; 1 is none.",
        NO_DRAW,
        RANGES["repetition_penalty"],
    ),
    Knob(
        "no_repeat_ngram",
        "No repeat of",
        0,
        1,
        "So many tokens in a row are not written twice; 0 allows all.",
        NO_DRAW,
    ),
    Knob("beam", "Beam", 5, 1, "Texts kept at each step, 1 to 10; the best is shown.", ONE_TEXT),
    Knob("seed", "Seed", 0, 1, "The same seed writes the same text.", NO_DRAW),
    Knob(
        "max_tokens",
        "Tokens",
        100,
        1,
        "Words or characters to write: up to 1,000, or 300 with a beam.",
        "",
    ),
)
SETTINGS = Settings(METHODS, KNOBS)
NAMES = SETTINGS.names
PRESETS: dict[str, dict[str, Any]] = {  # the method and its filters; what isn't named is off
    "greedy": {"method": "greedy"},
    "careful": {"method": "sample", "temperature": 0.7, "top_p": 0.8},
    "balanced": {"method": "sample", "temperature": 0.8, "top_k": 40, "top_p": 0.9},
    "wild": {"method": "sample", "temperature": 1.3},
}
AT_FIRST = "balanced"
ROLL = "() => Math.floor(Math.random() * 1_000_000)"


def preset_values(name: str) -> dict[str, Any]:
    """Return the method of a preset and all filters."""
    off = {knob.name: knob.value for knob in KNOBS if knob.name in FILTERS}
    return off | PRESETS[name]


def choose_preset(name: str | None) -> Updates:
    """Return the updates that a preset makes; none has been chosen where a knob was turned."""
    if name not in PRESETS:
        return {}
    values = preset_values(name)
    return {
        knob.name: gr.update(value=values[knob.name], **SETTINGS.state(knob, values["method"]))
        for knob in KNOBS
        if knob.name in values
    } | {"method": values["method"]}


def id_of(name: str) -> str:
    return "generate-" + {"no_repeat_ngram": "no-repeat"}.get(name, name.replace("_", "-"))


def place_settings(checkpoints: list[str]) -> Parts:
    """Place the card of the settings, as the first preset has them."""
    first = preset_values(AT_FIRST)
    knobs = {}

    def place(*names: str) -> None:
        for knob in KNOBS:
            if knob.name in names:
                value = first.get(knob.name)
                knobs[knob.name] = place_knob(
                    knob, SETTINGS, id_of(knob.name), first["method"], value
                )

    with gr.Column(elem_classes="card knobs", min_width=0):
        gr.HTML("<h2>How it chooses</h2>")
        preset = gr.Radio(
            list(PRESETS),
            value=AT_FIRST,
            label="Preset",
            info="Sets the method and all filters.",
            elem_id="generate-preset",
            elem_classes="segments field",
        )
        checkpoint, method = place_choices(
            checkpoints, SETTINGS, id_of, first["method"], "Draw at random, or search."
        )
        place(*FILTERS, "beam")
        with gr.Row(elem_classes="seed"):
            place("seed")
            die = gr.Button("⚄ Roll", size="sm", min_width=0, elem_id="generate-die")
        place("max_tokens")
    placed = {"checkpoint": checkpoint, "method": method, **knobs}
    bind_knobs(placed, preset, die)
    return placed | {"preset": preset, "die": die}


def bind_knobs(knobs: Parts, preset: gr.Radio, die: gr.Button) -> None:
    """Let the method switch the knobs, the preset set them, and the die roll a seed."""
    names = [knob.name for knob in KNOBS]

    def on_method(method: str) -> dict[Any, Any]:
        switched = dict(zip([knobs[name] for name in names], SETTINGS.updates(method), strict=True))
        return switched | {die: gr.update(interactive="seed" in METHODS[method])}

    def on_preset(name: str) -> dict[Any, Any]:
        return {knobs[part]: update for part, update in choose_preset(name).items()} or gr.skip()

    parts = [knobs[name] for name in names]
    knobs["method"].change(on_method, knobs["method"], [*parts, die], **QUIET)
    # By arrow keys several follow quickly on one another, and the last one counts.
    outputs = [knobs["method"], *parts]
    preset.input(on_preset, preset, outputs, trigger_mode="always_last", **QUIET)
    die.click(None, None, knobs["seed"], js=ROLL, **QUIET)
    # A knob that was turned by hand is of no preset; the browser knows that without asking.
    turned = [knobs[name].input for name in ("method", *FILTERS)]
    gr.on(turned, None, None, preset, js="() => null", **QUIET)
