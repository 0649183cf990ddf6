"""Events call plain functions with values, and names of parts become components."""

import asyncio
import inspect

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from demo.tabs.binding import bind


class Page:
    """A page with one button and two parts, whose event can be run as a click would run it."""

    def __init__(self, callback, inputs=("left",), outputs=("left", "right"), **options):
        with gr.Blocks(analytics_enabled=False) as self.demo:
            names = ("left", "right", "progress")
            self.parts = {name: gr.Textbox() for name in names} | {"run": gr.Button()}
            bind(self.parts["run"].click, callback, self.parts, inputs, outputs, **options)
        (self.event,) = self.demo.fns.values()

    def click(self, *values, event_data=None) -> list[list]:
        """Return the values that each yield, or the return, sends for the outputs."""

        async def run():
            state, iterator, sent = SessionState(self.demo), None, []
            while True:
                answer = await self.demo.process_api(
                    self.event, list(values), state, iterator=iterator, event_data=event_data
                )
                iterator = answer.get("iterator")
                if not self.generates:
                    return [answer["data"]]
                if not answer["is_generating"]:
                    return sent
                sent.append(answer["data"])

        return asyncio.run(run())

    @property
    def generates(self) -> bool:
        return inspect.isasyncgenfunction(self.event.fn)


SKIPPED = {"__type__": "update"}


def double(text: str) -> dict:
    return {"right": text * 2}


async def double_later(text: str) -> dict:
    await asyncio.sleep(0)
    return {"right": text * 2}


async def double_in_steps(text: str):
    yield {"left": ""}
    yield {}
    yield {"right": text * 2, "left": text}


@pytest.mark.parametrize("callback", [double, double_later])
def test_updates_go_to_the_parts_that_they_name(callback) -> None:
    assert Page(callback).click("a") == [[SKIPPED, "aa"]]


def test_a_generator_sends_each_of_its_updates() -> None:
    first, second, third = Page(double_in_steps).click("a")
    assert first == ["", SKIPPED]
    assert second == [SKIPPED, SKIPPED]
    assert third == ["a", "aa"]


def nothing(text: str) -> dict:
    return {}


async def nothing_later(text: str) -> dict:
    return {}


@pytest.mark.parametrize("callback", [nothing, nothing_later])
@pytest.mark.parametrize("outputs", [("left",), ("left", "right")])
def test_no_updates_change_nothing(callback, outputs) -> None:
    assert Page(callback, outputs=outputs).click("a") == [[SKIPPED] * len(outputs)]


async def nothing_at_all(text: str):
    for updates in ():
        yield updates


@pytest.mark.parametrize("outputs", [("left",), ("left", "right")])
def test_a_generator_that_yields_nothing_changes_nothing(outputs) -> None:
    assert Page(nothing_at_all, outputs=outputs).click("a") == [[SKIPPED] * len(outputs)]


@pytest.mark.filterwarnings("error:A function")
@pytest.mark.parametrize("callback", [nothing, nothing_later])
def test_an_event_may_change_nothing_at_all(callback) -> None:
    assert Page(callback, outputs=()).click("a") == [[]]


def test_a_generator_that_is_left_is_closed() -> None:
    closed = []

    async def endless(text: str):
        try:
            while True:
                yield {"right": text}
        finally:
            closed.append(text)

    async def leave() -> None:
        steps = Page(endless).event.fn("a")
        await anext(steps)
        await steps.aclose()

    asyncio.run(leave())
    assert closed == ["a"]


def test_a_value_of_none_is_an_update() -> None:
    assert Page(lambda text: {"left": None}).click("a") == [[None, SKIPPED]]


def test_an_update_of_a_property_goes_through() -> None:
    page = Page(lambda text: {"left": gr.update(interactive=False)})
    assert page.click("a") == [[SKIPPED | {"interactive": False}, SKIPPED]]


def test_a_callback_still_gets_what_was_clicked() -> None:
    def on_click(text: str, cell: gr.EventData) -> dict:
        return {"right": f"{text}{cell.row}"}

    async def on_click_later(text: str, cell: gr.EventData) -> dict:
        return on_click(text, cell)

    for callback in (on_click, on_click_later):
        page = Page(callback)
        data = gr.EventData(page.parts["run"], {"row": 3})
        assert page.click("a", event_data=data) == [[SKIPPED, "a3"]]


def test_events_are_private_and_quiet_unless_told_otherwise() -> None:
    quiet = Page(double).event
    assert (quiet.show_progress, quiet.api_visibility) == ("hidden", "private")


def test_one_part_alone_shows_the_status_of_events() -> None:
    page = Page(double)
    assert page.event.show_progress_on == [page.parts["progress"]]
    loud = Page(double, progress="left")
    assert loud.event.show_progress == "minimal"
    assert loud.event.show_progress_on == [loud.parts["left"]]


def test_an_update_of_a_part_that_is_no_output_is_a_fault() -> None:
    with pytest.raises(Exception, match="output"):
        Page(double, outputs=("left",)).click("a")
    with pytest.raises(KeyError):
        Page(lambda text: {"middle": ""}).click("a")
