"""What the Inspect tab shows of backpropagation by hand; pure functions, no gradio."""

from typing import Any

from core.service import SLIPS, Derivation

Value = dict[str, Any]
DIGITS = 6  # behind the point, of what is sent to the page; it shows three
WRONG = 1e-10  # a difference above this is no rounding

# The formulas; what stands behind "_" is set low.
FORMULAS = {
    "y_hat": "ŷ_t = softmax(o_t),  o_t = V h_t + c",
    "of_o": "∂L/∂o_t = ŷ_t − y_t",
    "h": "h_t = tanh(a_t),  a_t = U x_t + W h_{t−1} + b",
    "of_h": "∂L/∂h_t = Vᵀ ∂L/∂o_t + Wᵀ diag(1 − h²_{t+1}) ∂L/∂h_{t+1}",
    "of_a": "∂L/∂a_t = diag(1 − h²_t) ∂L/∂h_t",
}
# What a slip makes of them.
SLIPPED = {
    "none": {},
    "sign": {"of_o": "∂L/∂o_t = y_t − ŷ_t"},
    "transpose": {"of_h": "∂L/∂h_t = Vᵀ ∂L/∂o_t + W diag(1 − h²_{t+1}) ∂L/∂h_{t+1}"},
    "square": {
        "of_h": "∂L/∂h_t = Vᵀ ∂L/∂o_t + Wᵀ diag(1 − h_{t+1}) ∂L/∂h_{t+1}",
        "of_a": "∂L/∂a_t = diag(1 − h_t) ∂L/∂h_t",
    },
    "step": {"of_h": "∂L/∂h_t = Vᵀ ∂L/∂o_t + Wᵀ diag(1 − h²_t) ∂L/∂h_{t+1}"},
}
SUMS = {
    "V": "∂L/∂V += ∂L/∂o_t h_tᵀ",
    "c": "∂L/∂c += ∂L/∂o_t",
    "U": "∂L/∂U += ∂L/∂a_t x_tᵀ",
    "W": "∂L/∂W += ∂L/∂a_t h_{t−1}ᵀ",
    "b": "∂L/∂b += ∂L/∂a_t",
}
OVER_VOCABULARY = {"x": "x_t", "y_hat": "ŷ_t", "y": "y_t", "of_o": "∂L/∂o_t"}
OVER_UNITS = {
    "h_before": "h_{t−1}",
    "h": "h_t",
    "by_output": "by o_t",
    "by_next": "by h_{t+1}",
    "of_h": "∂L/∂h_t",
    "of_a": "∂L/∂a_t",
}


def steps_value(derivation: Derivation) -> Value:
    """Return the value of BpttSteps, its steps in the order of the text."""
    vocabulary = [visible(token) for token in derivation.vocabulary]
    units = [f"unit {number}" for number in range(1, derivation.hidden + 1)]
    rows = {"V": vocabulary, "c": [""], "U": units, "W": units, "b": [""]}
    columns = {"V": units, "c": vocabulary, "U": vocabulary, "W": units, "b": units}
    return {
        "tokens": [visible(token) for token in derivation.tokens],
        "parts": [
            {
                "formulas": _formulas(derivation.slip, "y_hat", "of_o"),
                "corner": "token",
                "rows": vocabulary,
                "columns": _columns(OVER_VOCABULARY),
            },
            {
                "formulas": _formulas(derivation.slip, "h", "of_h", "of_a"),
                "corner": "unit",
                "rows": [str(number) for number in range(1, derivation.hidden + 1)],
                "columns": _columns(OVER_UNITS),
            },
        ],
        "sums": [
            {"key": key, "text": text, "rows": rows[key], "columns": columns[key]}
            for key, text in SUMS.items()
        ],
        "steps": [_step(one, len(derivation.tokens)) for one in reversed(derivation.steps)],
    }


def gradient_table(derivation: Derivation) -> Value:
    """Return a line for each parameter, see PlainTable."""
    rows = [
        [
            f"∂L/∂{one.parameter}",
            " × ".join(map(str, one.shape)),
            f"{one.by_hand:.6f}",
            f"{one.by_autograd:.6f}",
            difference(one.difference),
        ]
        for one in derivation.gradients
    ]
    head = ["gradient", "size", "norm by hand", "norm by autograd", "largest difference"]
    return {"head": head, "rows": rows}


def slip_table(derivation: Derivation) -> Value:
    """Return a line for each slip: what it does to the largest difference, see PlainTable."""
    rows = [
        [SLIPS[slip], *map(difference, found.values())]
        for slip, found in derivation.differences.items()
    ]
    names = next(iter(derivation.differences.values()))
    return {"head": ["slip", *(f"∂L/∂{name}" for name in names)], "rows": rows}


def summary_line(derivation: Derivation) -> str:
    """Return whether hand and autograd agree."""
    most = max(one.difference for one in derivation.gradients)
    told = f"loss {derivation.loss:.4f} nats · largest difference {most:.1e}"
    if derivation.slip == "none":
        return f"By hand and by autograd: {told}, which is rounding in float64."
    wrong = [one.parameter for one in derivation.gradients if one.difference > WRONG]
    right = [one.parameter for one in derivation.gradients if one.difference <= WRONG]
    return (
        f"With the slip {SLIPS[derivation.slip]}: {told} · wrong: {', '.join(wrong) or 'none'} · "
        f"still right: {', '.join(right) or 'none'}."
    )


def difference(value: float) -> str:
    """Return a difference, marked where it is more than rounding."""
    return f"{value:.1e}" if value <= WRONG else f"{value:.3f} ✗"


def visible(token: str) -> str:
    """Return a token with a sign for a space."""
    return token.replace(" ", "␣")


def _formulas(slip: str, *keys: str) -> list[Value]:
    slipped = SLIPPED[slip]
    return [{"text": slipped.get(key, FORMULAS[key]), "slipped": key in slipped} for key in keys]


def _columns(names: dict[str, str]) -> list[Value]:
    return [{"key": key, "name": name} for key, name in names.items()]


def _step(step: Any, count: int) -> Value:
    vectors = {key: _rounded(getattr(step, key)) for key in (*OVER_VOCABULARY, *OVER_UNITS)}
    added = {key: [_rounded(row) for row in matrix] for key, matrix in step.added.items()}
    title = (
        f"t = {step.t} of {count}: reads “{visible(step.token)}”, “{visible(step.target)}” follows"
    )
    return {**vectors, "added": added, "title": title}


def _rounded(values: Any) -> list[float]:
    return [round(value, DIGITS) for value in values]
