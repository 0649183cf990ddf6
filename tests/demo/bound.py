"""What a page has bound to the events of its parts."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction


def events_on(demo: gr.Blocks, elem_id: str, name: str = "click") -> list[BlockFunction]:
    """Return what is bound to an event of the part with an id."""
    targets = {(key, name) for key, part in demo.blocks.items() if part.elem_id == elem_id}
    return [one for one in demo.fns.values() if targets & set(one.targets)]


def ended_by(demo: gr.Blocks, elem_id: str) -> list[BlockFunction]:
    """Return what a click on the part with an id cancels."""
    return [demo.fns[one] for click in events_on(demo, elem_id) for one in click.cancels]


async def merged(steps: AsyncIterator[dict]) -> dict[Any, Any]:
    """Return what an event shows in the end, of all that it yields."""
    shown: dict[Any, Any] = {}
    async for updates in steps:
        shown |= updates
    return shown
