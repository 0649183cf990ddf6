"""Events of the Translate tab overlap: what comes too late for what is shown is dropped."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from core.errors import UserError
from demo import maps
from demo.board import Board
from demo.tabs import translate
from demo.tabs.translate import (
    choose_hypothesis,
    choose_palette,
    choose_scale,
    choose_units,
    stop,
)
from demo.views import Pin, View
from tests.demo.bound import ended_by, events_on, merged
from tests.demo.made import GREETING, IN_PIECES, THANKS, StandIn

VIEW = View(replace(GREETING, hypotheses=(IN_PIECES, *GREETING.hypotheses)), pin=Pin(1, 1))
LISTED = maps.alternatives_value(VIEW, 1, IN_PIECES)
DRAWN = ("subwords", "row", "viridis")
KNOBS = ("tiny", "beam", 5, 1.0, 1.0, 0)
ANSWERS = {  # what a visitor does, and what its event is given besides the board
    ("translate-force-step", "click"): (),
    ("translate-force-end", "click"): (),
    ("translate-alternatives", "select"): (LISTED, SimpleNamespace(index=1)),
    ("translate-tree-card", "expand"): (),
    ("translate-tree", "select"): (SimpleNamespace(id=4),),
    ("translate-compare-button", "click"): KNOBS,
    ("translate-reference-button", "click"): ("Good morning",),
}
LINK = "?text=Guten+Morgen"


class Held(StandIn):
    """Gives nothing for „Guten Morgen“ until it is let go, and the rest at once."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let_go = threading.Event(), threading.Event()

    def translate(self, **request):
        found = super().translate(**request)
        return THANKS if request["text"] == THANKS.source else found

    def _take(self, request: dict) -> None:
        if request["text"] == GREETING.source:
            self.begun.set()
            assert self.let_go.wait(60)
        super()._take(request)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def page(held: Held) -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as demo:
        translate.build(held, demo)
    return demo


@pytest.fixture
def board() -> Board:
    return Board(VIEW)


def named(page: gr.Blocks, updates: dict) -> dict[str, Any]:
    """The updates by ids, none of what Gradio skips."""
    return {} if updates == gr.skip() else {part.elem_id: one for part, one in updates.items()}


async def run(page: gr.Blocks, board: Board, text: str) -> list[dict]:
    steps = events_on(page, "translate-run")[0].fn(board, text, "", *KNOBS)
    return [named(page, updates) async for updates in steps]


def late(
    page: gr.Blocks, held: Held, event: Callable[[], Awaitable], meanwhile: Callable[[], Awaitable]
) -> dict[str, Any]:
    """What an event shows when something else happens before the model has answered it."""

    async def overlap() -> dict:
        answer = asyncio.ensure_future(event())
        await asyncio.to_thread(held.begun.wait, 60)
        await meanwhile()
        held.let_go.set()
        return named(page, await answer)

    return asyncio.run(overlap())


@pytest.fixture(params=ANSWERS, ids="-".join)
def answer(request, page: gr.Blocks, board: Board) -> Callable[[], Awaitable]:
    """An event that the model answers."""
    event = events_on(page, *request.param)[0]
    return lambda: event.fn(board, *ANSWERS[request.param])


async def nothing() -> None:
    pass


def test_an_answer_about_what_is_shown_is_shown(page, held, answer) -> None:
    assert late(page, held, answer, nothing)


def test_an_answer_about_the_last_text_takes_no_newer_one_away(page, held, board, answer) -> None:
    assert late(page, held, answer, lambda: run(page, board, THANKS.source)) == {}
    assert board.view == View(THANKS)


def test_an_answer_about_another_hypothesis_is_dropped(page, held, board, answer, request) -> None:
    async def choose() -> None:
        board.take(choose_hypothesis(board.view, 2))

    shown = late(page, held, answer, choose)
    if "expand" in request.node.name:  # the tree is that of the sentence
        assert shown["translate-tree"]["nodes"]
    else:
        assert shown == {}
    assert board.view == View(VIEW.translation, hypothesis=2)


def test_nothing_is_shown_after_stop(page, held, board, answer) -> None:
    assert late(page, held, answer, lambda: stop(board)) == {}
    assert board.view is VIEW


def test_an_error_about_the_last_text_is_not_told(page, held, board) -> None:
    async def run_and_fail() -> None:
        await run(page, board, THANKS.source)
        held.fault = UserError("This took too long.")

    force = events_on(page, "translate-force-step")[0]
    assert late(page, held, lambda: force.fn(board), run_and_fail) == {}


def test_how_the_map_is_drawn_may_change_meanwhile(page, held, board) -> None:
    async def draw() -> None:
        board.view = board.view.drawn(palette="viridis", pin=Pin())

    force = events_on(page, "translate-force-step")[0]
    assert "translate-output" in late(page, held, lambda: force.fn(board), draw)


def test_an_answer_is_drawn_as_was_chosen_meanwhile(page, held, board, answer) -> None:
    async def choose() -> None:
        for callback, value in [
            (choose_units, "subwords"),
            (choose_scale, "row"),
            (choose_palette, "viridis"),
        ]:
            board.take(callback(board.view, value))

    shown = late(page, held, answer, choose)
    assert (board.view.units, board.view.scale, board.view.palette) == DRAWN
    assert not {"translate-units", "translate-scale", "translate-palette"} & shown.keys()
    drawn = shown.get("translate-attention", {"palette": "viridis", "source": [*"1234"]})
    assert (drawn["palette"], len(drawn["source"])) == ("viridis", 4)


MAPS = {  # of the cards, by the button that draws them
    "translate-compare-button": {"compare_left", "compare_right"},
    "translate-reference-button": {"reference_map"},
}


@pytest.mark.parametrize("button", MAPS)
def test_the_maps_of_a_card_are_drawn_as_the_large_one_is(page, held, board, button) -> None:
    drawn = MAPS[button]
    answer = events_on(page, button)[0]
    ids = {f"translate-{name.replace('_', '-')}" for name in drawn}
    first = late(page, held, lambda: answer.fn(board, *ANSWERS[button, "click"]), nothing)
    assert all(first[name]["palette"] == "cividis" for name in ids)
    shown = board.take(choose_palette(board.view, "viridis"))
    assert [shown[name]["palette"] for name in drawn] == ["viridis"] * len(drawn)
    shown = board.take(choose_units(board.view, "subwords"))
    assert [len(shown[name]["source"]) for name in drawn] == [4] * len(drawn)
    pinned = {"view": board.view.drawn(pin=Pin(0))}
    assert not drawn & board.take(pinned).keys()


@pytest.mark.parametrize("button", MAPS)
def test_the_maps_of_a_card_go_with_their_hypothesis(page, held, board, button) -> None:
    answer = events_on(page, button)[0]
    late(page, held, lambda: answer.fn(board, *ANSWERS[button, "click"]), nothing)
    shown = board.take(choose_hypothesis(board.view, 2))
    assert {shown[name] for name in MAPS[button]} == {None}
    assert not MAPS[button] & board.take(choose_palette(board.view, "viridis")).keys()


def test_a_run_is_drawn_as_was_chosen_meanwhile(page, held, board) -> None:
    async def shown() -> dict:
        await run(page, board, GREETING.source)
        return {}

    async def choose() -> None:
        board.take(choose_palette(board.view, "viridis"))

    late(page, held, shown, choose)
    assert board.view == View(GREETING, palette="viridis")


@pytest.mark.parametrize("kept", [True, False])
def test_the_alternatives_of_a_pin_go_with_it(page, held, board, kept) -> None:
    async def choose() -> None:
        board.take({} if kept else choose_units(board.view, "subwords"))

    (listed, _) = [one for one in page.fns.values() if one.name == "on_pinned"]
    shown = late(page, held, lambda: listed.fn(board), choose)
    assert bool(shown) is kept


@pytest.mark.parametrize(
    "event", [("translate-tree", "select"), ("translate-alternatives", "select")]
)
def test_of_two_quick_choices_the_last_one_counts(page, held, board, event) -> None:
    choice = events_on(page, *event)[0]
    assert choice.trigger_mode == "multiple"
    later = []

    async def choose() -> None:
        later.append(asyncio.ensure_future(choice.fn(board, *ANSWERS[event])))
        await asyncio.sleep(0)  # it has begun

    async def both() -> dict:
        first = await choice.fn(board, *ANSWERS[event])
        assert named(page, await later[0])
        return first

    assert late(page, held, both, choose) == {}


def test_a_map_says_which_pin_it_is_an_answer_to(page, board) -> None:
    (pin, *_) = events_on(page, "translate-attention", "select")

    async def choose() -> dict:
        await pin.fn(board, SimpleNamespace(row=0, column=1, asked=7))
        return board.take(choose_hypothesis(board.view, 0))

    assert asyncio.run(choose())["attention"]["asked"] == 7
    assert board.view.pin == Pin()


@pytest.mark.parametrize("newer", [True, False])
def test_a_link_takes_no_newer_text_away(page, held, board, newer) -> None:
    (load,) = [one for one in ended_by(page, "translate-stop") if one.targets[0][1] == "load"]
    meanwhile = (lambda: run(page, board, THANKS.source)) if newer else nothing
    shown = late(page, held, lambda: merged(load.fn(board, LINK)), meanwhile)
    assert ("translate-output" in shown) is not newer
    assert board.view.translation.source == (THANKS if newer else GREETING).source


def test_a_run_is_not_shown_after_stop(page, held, board) -> None:
    async def shown() -> dict:
        seen = await run(page, board, GREETING.source)
        return {"translate-output": 1} if any("translate-output" in one for one in seen) else {}

    assert late(page, held, shown, lambda: stop(board)) == {}
    assert board.view is VIEW


def test_stop_ends_all_that_a_model_answers(page) -> None:
    ended = ended_by(page, "translate-stop")
    for event in [*ANSWERS, ("translate-run", "click"), ("translate-free", "click")]:
        assert events_on(page, *event)[0] in ended
    assert [one.targets[0][1] for one in ended].count("load") == 1
