"""What the parts of the Inspect tab show of gates and states; pure functions, no gradio."""

import base64
import re
from typing import Any

from core.service import FoundUnit, Inspection, LayerTrace, Quantity
from demo.lines import signed
from demo.sight import Sight, units_of
from demo.texts import listed

Value = dict[str, Any]
WEAK = 0.3  # of |r|: below it, a unit goes along with nothing that anyone would see in its trace
_STEPS = 32_767  # of a value on its way to the browser


def map_value(found: Inspection, sight: Sight) -> Value:
    """Return the value of GateMap."""
    trace, one = sight.shown(found)
    high = limit(one)
    most = one.values.abs().max().item()
    step = max(most, high) / _STEPS
    values = (one.values / step).round().short()  # (T, H)
    name = re.sub(r"[^a-z0-9]+", "-", f"{found.checkpoint} {trace.name} {one.name}".lower())
    return {
        "checkpoint": found.checkpoint,
        "layer": trace.name,
        "quantity": one.name,
        "tokens": list(trace.tokens),
        "units": trace.units,
        "values": base64.b64encode(values.numpy().astype("<i2").tobytes()).decode(),
        "step": step,
        "low": 0.0 if one.is_gate else -high,
        "high": high,
        "clipped": most > high,
        "unit": sight.unit,
        "asked": sight.asked,
        "notes": {
            str(unit.unit): f"goes along with: {unit.feature}, r = {signed(unit.r)}"
            for unit in reversed(found_here(found, trace))  # of the strongest, the last word
            if unit.quantity == one.name
        },
        "name": name,
    }


def limit(one: Quantity) -> float:
    """Return the end of the scale of colours: 1, or of a cell, which has no bounds, more.

    There one value of a hundred may lie beyond: a few large ones would make all others pale.
    """
    if one.name != "cell":
        return 1.0
    return max(1.0, one.values.abs().flatten().quantile(0.99).item())


def found_here(found: Inspection, trace: LayerTrace) -> list[FoundUnit]:
    """Return the units of a layer that go along with something, the strongest first."""
    units = [one for one in units_of(found) if one.layer == trace.name]
    return [one for one in units if abs(one.r) >= WEAK]


def list_value(found: Inspection, sight: Sight) -> Value:
    """Return the value of UnitList: the units that were found in the layer that is shown."""
    trace, _ = sight.shown(found)
    return {
        "title": f"Units of {trace.name}",
        "items": [
            {
                "unit": one.unit,
                "quantity": one.quantity,
                "feature": one.feature,
                "r": signed(one.r),
                "share": abs(one.r),
            }
            for one in found_here(found, trace)
        ],
        "chosen": [sight.quantity, sight.unit],
        "note": units_note(found, trace),
    }


def units_note(found: Inspection, trace: LayerTrace) -> str:
    """Return how the units were found, or the command that looks for them."""
    if found.units is None:
        return (
            "Nobody has looked for units of this checkpoint yet: run python -m core inspect"
            f" --units {found.checkpoint}."
        )
    strong = {one.feature for one in found_here(found, trace)}
    weak = {one.feature for one in found.units.found if one.layer == trace.name} - strong
    none = f" No unit here goes along with: {', '.join(sorted(weak))}." if weak else ""
    return (
        f"Pearson’s r over {found.units.tokens:,} tokens of {found.units.n:,} held-out texts"
        f" ({found.units.part}): units are chosen by one half and measured on the other."
        f"{none} Units count from 0. Repeat: {found.units.command}"
    )


def saturation_table(found: Inspection) -> Value | None:
    """Return the value of PlainTable: how much of each gate is shut or open, layer by layer."""
    gates = [one.name for one in found.layers[0].quantities if one.is_gate]
    if not gates:
        return None
    return {
        "head": ["layer", *gates],
        "rows": [
            [trace.name, *(_shares(one) for one in trace.quantities if one.is_gate)]
            for trace in found.layers
        ],
    }


def _shares(one: Quantity) -> str:
    assert one.saturated
    return f"{one.saturated.shut:.0%} shut · {one.saturated.open:.0%} open"


def summary_line(found: Inspection) -> str:
    """Return the figures of a run."""
    layers = len(found.layers)
    tokens = {trace.name.split(" layer")[0]: len(trace.tokens) for trace in found.layers}
    counts = [
        f"{count} tokens" if kind.startswith("layer") else f"{kind} {count} tokens"
        for kind, count in tokens.items()
    ]
    return " · ".join(
        [
            found.checkpoint,
            f"{layers} layer{'s' * (layers > 1)} of {_sizes(found)} units",
            *dict.fromkeys(counts),
            f"{found.seconds * 1000:,.0f} ms",
        ]
    )


def _sizes(found: Inspection) -> str:
    return " and ".join(dict.fromkeys(str(trace.units) for trace in found.layers))


def read_line(found: Inspection) -> str:
    """Return what was written, and what was read as unknown, or an empty string."""
    parts = [] if found.written is None else [f"Written: {found.written}"]
    if found.unknown:
        parts.append(f"Read as <unk>: {listed(found.unknown)}")
    return " · ".join(parts)
