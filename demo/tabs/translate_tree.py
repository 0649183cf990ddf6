"""The beam as a tree: drawn when its card is opened; a node shows its hypothesis and its map."""

from functools import partial
from typing import Any

import gradio as gr

from core.errors import UserError
from demo import maps
from demo.tabs.binding import MODEL, Parts, Updates
from demo.tabs.translate_binding import bind_view
from demo.tabs.translate_layout import SHOWN
from demo.tabs.translate_show import FIGURES, show_hypothesis
from demo.views import View
from demo.work import Worker

NO_BEAM = "Only beam search has a tree: choose the method beam, and translate again."


def tree_request(view: View) -> dict[str, Any]:
    """Return the arguments with which the search that is shown can be repeated."""
    shown = view.shown
    return {
        "text": shown.source,
        "checkpoint": shown.checkpoint,
        "beam": shown.beam,
        "length_penalty": shown.length_penalty,
        "prefix": "" if shown.prefix_tokens else shown.prefix,
        "tokens": shown.prefix_tokens,
        "forced": shown.forced,
    }


async def draw_tree(worker: Worker, view: View | None) -> Updates:
    """Search again as the shown sentence was searched, and draw all that was alive."""
    if view is None:
        return {}
    if view.shown.method != "beam":
        return {"tree": None, "tree_message": NO_BEAM}
    try:
        tree = await worker.beam_tree(**tree_request(view))
    except UserError as error:
        return {"tree": None, "tree_message": str(error)}
    return {"tree": maps.tree_value(tree, view.node), "tree_message": ""}


async def choose_node(worker: Worker, view: View | None, number: int) -> Updates:
    """Show the hypothesis that ends at a node, and its map."""
    if view is None:
        return {}
    try:
        tree = await worker.beam_tree(**tree_request(view))
        if not isinstance(number, int) or number not in range(len(tree.nodes)):
            return {}  # of another tree, if the click came too late
        path = tree.path(number)
        if not path:
            return {"tree_message": "Nothing is written at the root; choose a node behind it."}
        hypothesis = await worker.score(
            text=view.shown.source,
            target=path,
            checkpoint=view.shown.checkpoint,
            forced=view.shown.forced,
        )
    except UserError as error:
        return {"tree_message": str(error)}
    shown = view.choose_node(number, hypothesis)
    return {
        **show_hypothesis(shown),
        **FIGURES,
        "tree": maps.tree_value(tree, number),
        "tree_message": f"The map above is that of “{hypothesis.text}”.",
    }


def bind_tree(parts: Parts, worker: Worker) -> list[gr.events.Dependency]:
    """Let the card draw its tree when it opens, and its nodes choose a hypothesis."""

    async def on_node(view: View | None, node: gr.EventData) -> Updates:
        return await choose_node(worker, view, node.id)

    # Each click counts until there is a later one.
    quick = {**MODEL, "trigger_mode": "multiple", "last": True}
    card = {**MODEL, "progress": "tree_message", "sentence": True}
    return [
        bind_view(parts["tree_card"].expand, partial(draw_tree, worker), parts, [], SHOWN, **card),
        bind_view(parts["tree"].select, on_node, parts, [], SHOWN, **quick),
    ]
