"""The values that the components draw: maps, lists and trees; pure functions, no gradio."""

import math
from typing import Any

from core.pipelines.results import END, BeamTree, Hypothesis, entropy
from demo.limits import MAP_CELLS
from demo.lines import signed
from demo.views import View

QUOTED = 80  # characters
Weights = tuple[tuple[float, ...], ...]


def map_value(view: View) -> dict[str, Any] | None:
    """Return the value of the attention map, see AttentionMap; None if it is too large to draw."""
    source, target, weights = grid(view)
    if len(source) * len(target) > MAP_CELLS:
        return None
    chosen = view.chosen
    return {
        "source": list(source),
        "target": list(target),
        "weights": [[round(weight, 4) for weight in row] for row in weights],
        "probabilities": [
            round(math.exp(sum(chosen.log_probs[token] for token in tokens)), 4)
            for tokens in view.target_tokens
        ],
        "entropy": [round(entropy(row), 3) for row in weights],
        "forced": _forced(view),
        "scale": view.scale,
        "palette": view.palette,
        "pinned": {"row": view.pin.row, "column": view.pin.column},
        "name": "attention",
    }


def grid(view: View) -> tuple[tuple[str, ...], tuple[str, ...], Weights]:
    """Return source labels, target labels and weights (T, S) in the chosen units."""
    if view.units == "words":
        return view.shown.source_words, view.chosen.words, view.chosen.word_attention
    source = tuple(token.text for token in view.shown.source_tokens)
    target = tuple(token.text for token in view.chosen.tokens)
    return source, target, view.chosen.attention


def size_line(view: View) -> str:
    """Return why there is no map, or an empty string if there is one."""
    source, target, _ = grid(view)
    if len(source) * len(target) <= MAP_CELLS:
        return ""
    return f"A map of {len(target)} by {len(source)} {view.units} is too large to draw here."


def _forced(view: View) -> list[list[Any]]:
    """Return the rows whose attention the visitor chose, each with its columns."""
    found = []
    for row, tokens in enumerate(view.target_tokens):
        # The latest rule of each token counts.
        rules = [[rule for rule in view.shown.forced if rule.holds_at(t)][-1:] for t in tokens]
        named = {place for last in rules for rule in last for place in rule.sources}
        if named:
            columns = [n for n, group in enumerate(view.source_tokens) if named & set(group)]
            found.append([row, columns])
    return found


def list_value(view: View) -> dict[str, Any]:
    """Return the value of the list of hypotheses; none is chosen while a node of the tree is."""
    items = [
        {"text": hypothesis.text, "score": signed(hypothesis.score)}
        for hypothesis in view.shown.hypotheses
    ]
    return {"items": items, "chosen": view.hypothesis if view.at_node is None else None}


def alternatives_value(view: View, row: int, scored: Hypothesis) -> dict[str, Any]:
    """Return the value of the list of alternatives to the first token of a row.

    Args:
        scored: the shown hypothesis, with its alternatives.
    """
    step = view.target_tokens[row][0]
    items = [
        {
            "text": piece_label(other.text, step),
            "probability": round(math.exp(other.log_prob), 6),
            "id": other.id,
        }
        for other in scored.alternatives[step]
    ]
    return {
        "title": piece_label(view.chosen.tokens[step].text, 0),
        "step": step,
        "before": list(view.chosen.token_ids[:step]),
        "written": view.chosen.token_ids[step],
        "items": items,
    }


def piece_label(text: str, step: int) -> str:
    """Return a piece as a visitor reads it: one that goes on with a word begins with "…"."""
    if text == END or step == 0 or text.startswith(" "):
        return text.strip() or "␣"
    return f"…{text}" if text[:1].isalnum() else text or "␣"


def tree_value(tree: BeamTree, chosen: int | None) -> dict[str, Any]:
    """Return the value of the beam tree, see BeamTree of demo.components."""
    finished = [n for n, node in enumerate(tree.nodes) if node.status == "finished"]
    nodes = [
        {
            "id": number,
            "parent": node.parent,
            "step": node.step,
            "text": node.text,
            "log_prob": round(node.total, 6),
            "score": round(node.score, 6),
            "status": node.status,
            "note": _fate(tree, number),
        }
        for number, node in enumerate(tree.nodes)
    ]
    best = max(finished, key=lambda number: tree.nodes[number].score, default=None)
    return {"nodes": nodes, "chosen": chosen, "best": best}


def _fate(tree: BeamTree, number: int) -> str:
    """Return in words by what a node was beaten, or an empty string."""
    node = tree.nodes[number]
    if node.status != "pruned":
        return ""
    at = f"beaten at step {node.step + 1}"
    if node.beaten_by is None or node.best is None:
        return at
    winner = tree.nodes[node.beaten_by]
    return (
        f"{at} by “{_end_of(path_text(tree, node.beaten_by))}” ({signed(winner.total)}):"
        f" its own best way on had {signed(node.best)}"
    )


def _end_of(text: str) -> str:
    """Return what a note quotes of a text: all nodes of a long search say by what they fell."""
    return text if len(text) <= QUOTED else f"…{text[-QUOTED:]}"


def path_text(tree: BeamTree, number: int) -> str:
    """Return the text of the hypothesis that ends at a node."""
    texts = []
    node = tree.nodes[number]
    while node.parent is not None:
        texts.append("" if node.text == END else node.text)
        node = tree.nodes[node.parent]
    return "".join(reversed(texts)).strip()
