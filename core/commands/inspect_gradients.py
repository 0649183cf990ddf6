"""What ``python -m core inspect`` prints with --gradients and --bptt."""

from core.inspection.bptt import SLIPS
from core.inspection.derivation import Derivation
from core.inspection.gradients import GradientComparison

_BACK = (0, 1, 2, 5, 10, 20, 50, 100)  # steps back that are printed


def gradient_lines(found: GradientComparison) -> list[str]:
    """Return a table of the norms, a line for each kind of state of each layer of each model."""
    steps = [back for back in _BACK if back < len(found.read)]
    head = ["model", "layer", "state", *(f"{back} back" for back in steps)]
    lines = ["\t".join([*head, "below 1 % after", "all weights", "clip scale"])]
    for flow in found.flows:
        for one in flow.states:
            norms = [f"{one.norms[back]:.3g}" for back in steps]
            faded = "never" if one.faded_after is None else str(one.faded_after)
            figures = [faded, f"{flow.norm:.3g}", f"{flow.clip_scale(found.clip):.3g}"]
            lines.append("\t".join([flow.checkpoint, str(one.layer), one.state, *norms, *figures]))
    return [f"token\t{found.tokens[found.index]}", *lines]


def bptt_lines(found: Derivation) -> list[str]:
    """Return the gradients by hand and by autograd, and what each slip does to the difference."""
    lines = [f"loss\t{found.loss:.6f}", "gradient\tnorm by hand\tnorm by autograd\tdifference"]
    for one in found.gradients:
        figures = f"{one.by_hand:.6f}\t{one.by_autograd:.6f}\t{one.difference:.1e}"
        lines.append(f"dL/d{one.parameter}\t{figures}")
    lines.append("\t".join(["slip", *(f"dL/d{one.parameter}" for one in found.gradients)]))
    for slip, differences in found.differences.items():
        figures = "\t".join(f"{value:.1e}" for value in differences.values())
        lines.append(f"{SLIPS[slip]}\t{figures}")
    return lines
