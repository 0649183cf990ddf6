"""Requests that follow each other quickly may arrive in another order: the last one counts."""

import asyncio
import inspect
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from core.service import Service
from demo.desk import Desk
from demo.gradients import Trail
from demo.proof import Proof
from demo.tabs import generate, spell
from demo.tabs import inspect as inspect_tab
from tests.demo.bound import events_on

# Each with the state before a request that the visitor made earlier, by its counter.
CASES = [
    (generate, "generate-distribution", "step", Desk(asked=5), {"step": 2, "asked": 4}),
    (generate, "generate-tokens", "select", Desk(pressed=5), {"index": 2, "asked": 4}),
    (spell, "spell-output", "select", Proof(asked=5), {"index": 0, "key": False, "asked": 4}),
    (inspect_tab, "inspect-gradients-tokens", "select", Trail(pressed=5), {"index": 2, "asked": 4}),
]


@pytest.mark.parametrize(("tab", "part", "event", "state", "request_"), CASES)
def test_what_arrives_late_changes_nothing(
    tab: Any, part: str, event: str, state: Any, request_: dict[str, Any]
) -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        tab.build(Service(threads=1), demo)
    (callback, *_) = [one.fn for one in events_on(demo, part, event)]
    before = vars(state).copy()
    answer = callback(state, SimpleNamespace(**request_))
    if inspect.isawaitable(answer):

        async def awaited() -> Any:
            return await answer

        answer = asyncio.run(awaited())
    assert answer is None or answer == gr.skip()
    assert vars(state) == before
