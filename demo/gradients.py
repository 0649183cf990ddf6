"""What one visitor sees of a gradient flow on the Inspect tab; no gradio."""

from dataclasses import dataclass, replace
from typing import Any

from core.service import GradientComparison
from demo.state import VisitorState

Value = dict[str, Any]
BACK = (10, 20)  # steps back that the table and the line below it speak of
LONGEST = 40  # characters of a token that hovering shows


@dataclass
class Trail(VisitorState):
    """The gradient that a visitor follows, the layer that is shown, and where it is clipped.

    The events of a session overlap: a slider may move while a text is on its way. So they share one
    trail and change it in place.
    """

    compared: GradientComparison | None = None  # None before the first run
    strip: Value | None = None  # its text, see `texts.score_strip`
    layer: int = 1
    clip: float = 1.0
    pressed: int = 0  # tokens that were pressed in the strip

    def take(self, compared: GradientComparison, strip: Value | None = None) -> None:
        """Turn to another token, or with `strip` to another text, at the layer and clip of now."""
        self.compared, self.strip = compared, strip or self.strip
        self.turn(self.layer, self.clip)

    def turn(self, layer: Any, clip: float) -> None:
        """Turn to another layer, the lowest where a model has none such, and clip elsewhere."""
        self.layer, self.clip = layer, clip
        if self.compared:
            self.compared = replace(self.compared, clip=clip)
            self.layer = layer if layer in layers_of(self.compared) else 1


def strip_value(trail: Trail) -> Value:
    """Return the value of the strip, with the token marked whose gradient is followed."""
    assert trail.compared is not None and trail.strip is not None
    return {**trail.strip, "selected": trail.compared.index, "asked": trail.pressed}


def layers_of(compared: GradientComparison) -> list[int]:
    """Return the numbers of the layers that all of the models have."""
    return list(range(1, min(flow.states[-1].layer for flow in compared.flows) + 1))


def flow_plots(compared: GradientComparison, layer: int) -> list[Value]:
    """Return the value of ReportPlot: a line for each kind of state, and those that clipping moves.

    Hovering a point names the token that was read at its step.
    """
    texts = [text if len(text) <= LONGEST else f"{text[:LONGEST]}…" for text in compared.read]
    back = list(range(len(texts)))
    lines, clipped = [], []
    for flow in compared.flows:
        scale = flow.clip_scale(compared.clip)
        for one in flow.at(layer):
            name = f"{flow.checkpoint} {one.state}"
            if scale < 1:
                norms = [scale * norm for norm in one.norms]
                variant = {"name": f"{name}, clipped", "like": len(lines)}
                clipped.append({**variant, "x": back, "y": norms, "texts": texts})
            lines.append({"name": name, "x": back, "y": list(one.norms), "texts": texts})
    return [
        {
            "x_label": f"steps back from “{_short(compared)}”",
            "y_label": "norm of ∂loss/∂h or ∂loss/∂c",
            "y_log": True,
            "lines": [*lines, *clipped],
        }
    ]


def flow_table(compared: GradientComparison, layer: int) -> Value:
    """Return a line for each kind of state of each model, see PlainTable."""
    head = ["model", "loss", "at the last step", *(f"{back} back" for back in BACK)]
    rows = [
        [
            f"{flow.checkpoint}\n∂loss/∂{one.state}",
            f"{-flow.log_prob:.2f} nats",
            figure(one.norms[0]),
            *(share(one.share(back)) for back in BACK),
            "–" if one.faded_after is None else f"{one.faded_after} steps",
            figure(flow.norm),
            f"× {figure(flow.clip_scale(compared.clip))}",
        ]
        for flow in compared.flows
        for one in flow.at(layer)
    ]
    return {"head": [*head, "below 1 % after", "all weights", "clip scale"], "rows": rows}


def flow_line(compared: GradientComparison, layer: int) -> str:
    """Return how much is left of each gradient far back."""
    back = min(BACK[-1], len(compared.read) - 1)
    parts = [
        f"{flow.checkpoint} {one.state} {share(one.share(back))}"
        for flow in compared.flows
        for one in flow.at(layer)
    ]
    steps = "1 step" if back == 1 else f"{back} steps"
    return f"Left {steps} back, of the norm at the last step: {', '.join(parts)}."


def clip_line(compared: GradientComparison, layer: int) -> str:
    """Return what clipping changes, and what it does not."""
    scales = {flow.checkpoint: flow.clip_scale(compared.clip) for flow in compared.flows}
    clip = f"{compared.clip:g}"
    cut = [f"{name} × {figure(scale)}" for name, scale in scales.items() if scale < 1]
    if not cut:
        most = max(flow.norm for flow in compared.flows)
        return f"Clipping at {clip} changes nothing: the longest gradient is {figure(most)}."
    flow = min(compared.flows, key=lambda flow: scales[flow.checkpoint])
    one, scale = flow.at(layer)[0], scales[flow.checkpoint]
    clipped = replace(one, norms=tuple(scale * norm for norm in one.norms))
    back = min(BACK[-1], len(compared.read) - 1)
    return (
        f"Clipping at {clip}: {', '.join(cut)}. A thinner line is its curve afterwards, shifted "
        f"down as a whole: that of {flow.checkpoint} h goes from {figure(one.norms[back])} to "
        f"{figure(clipped.norms[back])} there, {share(one.share(back))} of its last step before "
        f"and {share(clipped.share(back))} after. Clipping tames a gradient that explodes; what "
        "has vanished it does not bring back."
    )


def figure(value: float) -> str:
    """Return a norm or a factor in three digits."""
    return f"{value:.3g}" if value >= 0.001 or value == 0 else f"{value:.1e}"


def share(value: float | None) -> str:
    """Return a share in per cent; a dash where there is none."""
    return "–" if value is None else f"{figure(100 * value)} %"


def _short(compared: GradientComparison) -> str:
    token = compared.tokens[compared.index]
    return token if len(token) <= LONGEST else f"{token[:LONGEST]}…"
