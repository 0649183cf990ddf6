"""The gates of a text on the Inspect tab, called as the page calls it."""

import asyncio
import base64
import struct
from dataclasses import replace

import gradio as gr
import pytest
import torch

from core.errors import UserError
from core.inspection.results import LayerTrace, Quantity
from demo import gates, limits, share_inspect
from demo.sight import Sight
from demo.tabs import inspect as tab
from demo.tabs.inspect_layout import SHOWN
from demo.tabs.inspect_link import make_link, open_link
from demo.ui import build_demo
from demo.work import Worker
from tests.demo.bound import ended_by, events_on, merged
from tests.demo.made_inspection import INSPECTION, TOKENS


@pytest.fixture
def sight() -> Sight:
    """At the strongest unit: number 1 of the cell of layer 2."""
    made = Sight()
    made.take(INSPECTION)
    return made


def run(service, sight: Sight, text="so what", checkpoint="tiny-words", feature=None) -> list[dict]:
    """Every update that a run of the page yields."""

    async def collect() -> list[dict]:
        updates = tab.run(Worker(service), sight, text, checkpoint, feature)
        return [update async for update in updates]

    return asyncio.run(collect())


def turn(service, sight: Sight, **chosen) -> dict:
    return asyncio.run(tab.turn(Worker(service), sight, **chosen))


def place(sight: Sight) -> tuple[str, str, int]:
    return sight.layer, sight.quantity, sight.unit


# What is shown.


def test_the_map_carries_every_value(sight: Sight) -> None:
    value = gates.map_value(INSPECTION, sight)
    assert value["tokens"] == list(TOKENS)
    assert value["low"] == -value["high"]
    assert (value["clipped"], value["unit"]) == (True, 1)
    numbers = struct.unpack("<6h", base64.b64decode(value["values"]))
    values = [number * value["step"] for number in numbers]
    assert values == pytest.approx([0.0, -2.0, 0.5, 1.0, 4.0, -1.0], abs=1e-3)
    assert value["notes"] == {"1": "goes along with: inside brackets, r = −0.75"}
    assert value["name"] == "tiny-words-layer-2-cell"


def test_gates_are_drawn_from_0_to_1_and_states_around_0(sight: Sight) -> None:
    for quantity, low, high in (("forget gate", 0.0, 1.0), ("hidden", -1.0, 1.0)):
        sight.turn(INSPECTION, quantity=quantity)
        value = gates.map_value(INSPECTION, sight)
        assert (value["low"], value["high"], value["clipped"]) == (low, high, False)
    # Of a cell, one value of a hundred lies beyond the scale.
    cell = Quantity("cell", torch.arange(101.0).reshape(101, 1))
    assert gates.limit(cell) == pytest.approx(99.0)
    assert gates.limit(Quantity("cell", torch.zeros(3, 2))) == 1.0


def test_saturated_shares_stand_in_a_table() -> None:
    table = gates.saturation_table(INSPECTION)
    assert table["head"] == ["layer", "forget gate"]
    assert table["rows"][0] == ["layer 1", "33% shut · 33% open"]  # 2 and 2 of 6 values
    states = LayerTrace("layer 1", TOKENS, INSPECTION.layers[0].quantities[1:])
    assert gates.saturation_table(replace(INSPECTION, layers=(states,))) is None


def test_the_list_has_the_units_of_the_layer_and_says_what_no_unit_follows(sight: Sight) -> None:
    value = gates.list_value(INSPECTION, sight)
    assert [(one["unit"], one["feature"], one["r"]) for one in value["items"]] == [
        (1, "inside brackets", "−0.75")
    ]
    assert "No unit here goes along with: digit." in value["note"]
    assert "2,000 tokens of 100 held-out texts" in value["note"]
    unlooked = gates.list_value(replace(INSPECTION, units=None), sight)
    assert unlooked["items"] == []
    assert "python -m core inspect --units tiny-words" in unlooked["note"]


def test_the_lines_say_what_was_read_and_how_long_it_took() -> None:
    assert gates.summary_line(INSPECTION) == ("tiny-words · 2 layers of 2 units · 3 tokens · 12 ms")
    assert gates.read_line(INSPECTION) == "Read as <unk>: “what”"
    assert gates.read_line(replace(INSPECTION, written="so", unknown=())) == "Written: so"


# Running and turning.


def test_the_tab_opens_with_the_first_example_at_its_unit(service) -> None:
    sight = Sight()
    first = tab.open_with(service, sight, ["tiny-words"])
    assert service.requests[-1]["text"] == tab.EXAMPLES[0].text == sight.text
    assert place(sight) == ("layer 2", "cell", 1)
    assert first.keys() <= set(SHOWN)


def test_the_tab_opens_without_a_checkpoint(failing) -> None:
    assert tab.open_with(failing, Sight(), []) == {"message": tab.NO_MODEL}
    assert tab.open_with(failing, Sight(), ["x"]) == {"message": str(failing.fault)}


def test_one_example_is_said_to_fail() -> None:
    assert 4 <= len(tab.EXAMPLES) <= 6
    assert "it fails here" in [one.note for one in tab.EXAMPLES]


def test_another_text_keeps_the_unit_and_another_checkpoint_shows_its_best(service, sight) -> None:
    sight.turn(INSPECTION, layer="layer 1", quantity="forget gate", unit=1)
    run(service, sight, "and so")
    assert (sight.text, place(sight)) == ("and so", ("layer 1", "forget gate", 1))
    run(service, sight, "and so", feature="position")
    assert place(sight) == ("layer 1", "hidden", 0)
    run(service, sight, "and so", checkpoint="tiny-characters")
    assert place(sight) == ("layer 2", "cell", 1)
    service.inspection = replace(INSPECTION, units=None)
    run(service, sight, "and so", checkpoint="tiny-words")
    assert place(sight) == ("layer 2", "hidden", 0)


def test_the_lists_are_written_only_where_another_place_is_shown(service, sight: Sight) -> None:
    lists = {"layer", "quantity"}
    assert not lists & run(service, sight, "and so")[-1].keys()
    assert lists < run(service, sight, "and so", feature="position")[-1].keys()
    assert lists < run(service, sight, "and so", checkpoint="tiny-characters")[-1].keys()


def test_a_layer_shows_its_strongest_unit_of_the_quantity(service, sight: Sight) -> None:
    turn(service, sight, layer="layer 1")
    assert place(sight) == ("layer 1", "cell", 0)
    updates = turn(service, sight, quantity="hidden")
    assert place(sight) == ("layer 1", "hidden", 0)
    assert updates["layer"]["value"] == "layer 1"
    assert updates["quantity"]["choices"] == ["forget gate", "cell", "hidden"]


@pytest.mark.parametrize(
    "chosen", [{"layer": "layer 9"}, {"quantity": "reset gate"}, {"unit": 2}, {"unit": "1"}]
)
def test_what_is_not_there_changes_nothing(service, sight: Sight, chosen: dict) -> None:
    assert turn(service, sight, **chosen) == {}
    assert place(sight) == ("layer 2", "cell", 1)
    assert turn(service, Sight(), **chosen) == {}


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001, None, 7])
def test_after_an_error_the_last_result_stays(service, sight: Sight, text) -> None:
    (updates,) = run(service, sight, text)
    assert list(updates) == ["message"] and "text" in updates["message"]
    assert sight.text == "so what"


def test_a_fault_and_a_missing_checkpoint_are_told(failing, service, sight: Sight) -> None:
    assert run(failing, sight)[-1] == {"message": str(failing.fault)}
    assert turn(failing, sight, unit=0) == {"message": str(failing.fault)}
    assert run(service, sight, checkpoint=None)[-1] == {"message": tab.NO_MODEL}


def test_a_map_that_no_browser_draws_is_refused(service, sight: Sight) -> None:
    wide = Quantity("hidden", torch.zeros(3, limits.MAP_VALUES))
    service.inspection = replace(INSPECTION, layers=(LayerTrace("layer 1", TOKENS, (wide,)),))
    (updates,) = run(service, sight)
    assert "750,000 values, 3 tokens by 250,000 units" in updates["message"]


# Events that overlap.


class Overtaken(Worker):
    """While the older text is read, the visitor asks for another one and gets it."""

    def __init__(self, service, sight: Sight, fault: UserError | None = None):
        super().__init__(service)
        self.sight, self.fault = sight, fault

    async def inspect(self, **request):
        if request["text"] != "older":
            return await super().inspect(**request)
        example = tab.Example("newer", "tiny-characters")
        self.newer = await take_all(tab.run_example(Worker(self.service), example, self.sight))
        if self.fault:
            raise self.fault
        return await super().inspect(**request)


async def take_all(updates) -> list[dict]:
    return [update async for update in updates]


@pytest.mark.parametrize("fault", [None, UserError("Too late.")])
def test_an_older_text_takes_no_newer_one_away(service, sight: Sight, monkeypatch, fault) -> None:
    monkeypatch.setattr("demo.work.SLOW", 0)
    worker = Overtaken(service, sight, fault)
    older = asyncio.run(take_all(tab.run(worker, sight, "older", "tiny-words")))
    assert worker.newer[0] == {"source": "newer", "checkpoint": "tiny-characters"}
    assert worker.newer[-1]["message"] == ""
    assert older == []  # nor does it say that it reads
    assert (sight.text, sight.checkpoint) == ("newer", "tiny-characters")


@pytest.mark.parametrize("fault", [None, UserError("Too late.")])
def test_a_link_takes_no_newer_text_away(service, sight: Sight, fault) -> None:
    worker, query = Overtaken(service, sight, fault), "?tab=inspect&text=older"
    shown = asyncio.run(merged(open_link(worker, ["tiny-words"], sight, query)))
    assert shown == {"source": "older", "message": "Reading …"}  # before it was asked for
    assert (sight.text, sight.checkpoint) == ("newer", "tiny-characters")


@pytest.mark.parametrize("fault", [None, UserError("Too late.")])
def test_a_turn_of_a_text_that_has_gone_changes_nothing(service, sight: Sight, fault) -> None:
    sight.text = "older"
    worker = Overtaken(service, sight, fault)
    assert asyncio.run(tab.turn(worker, sight, layer="layer 1")) == {}
    assert (sight.text, place(sight)) == ("newer", ("layer 2", "cell", 1))


def test_a_unit_of_a_map_that_has_gone_is_not_taken(sight: Sight) -> None:
    units = gates.list_value(INSPECTION, sight)
    clicked = {
        "checkpoint": "tiny-words",
        "layer": "layer 2",
        "quantity": "cell",
        "unit": 0,
        "asked": 3,
    }
    for change in ({"checkpoint": "other"}, {"layer": "layer 1"}, {"quantity": "hidden"}):
        assert tab.choose_unit(sight, units, gr.EventData(None, clicked | change)) == {}
        assert place(sight) == ("layer 2", "cell", 1)
    updates = tab.choose_unit(sight, units, gr.EventData(None, clicked))
    assert updates == {"units": {**units, "chosen": ["cell", 0]}}
    assert place(sight) == ("layer 2", "cell", 0)
    value = gates.map_value(INSPECTION, sight)
    assert value.items() >= (clicked | {"unit": 0}).items()
    late = gr.EventData(None, clicked | {"unit": 1, "asked": 2})
    assert tab.choose_unit(sight, units, late) == {}
    assert (place(sight), sight.asked) == (("layer 2", "cell", 0), 3)


def test_stop_ends_the_button_the_checkpoint_a_link_and_the_gradient_flow(service) -> None:
    demo = build_demo(service)
    ended = ended_by(demo, "inspect-stop")
    assert events_on(demo, "inspect-run")[0] in ended
    assert events_on(demo, "inspect-checkpoint", "input")[0] in ended
    assert events_on(demo, "inspect-gradients-button")[0] in ended
    assert [one.targets[0][1] for one in ended].count("load") == 1


@pytest.mark.parametrize("name", ["layer", "quantity"])
def test_of_quick_choices_the_last_one_counts(service, name: str) -> None:
    (event,) = events_on(build_demo(service), f"inspect-{name}", "input")
    assert event.trigger_mode == "always_last"


# Links.


def test_a_link_opens_the_same_view(service, sight: Sight) -> None:
    sight.turn(INSPECTION, layer="layer 1", quantity="forget gate", unit=1)
    query = make_link(sight)["link_query"]
    other = Sight()
    opened = asyncio.run(merged(open_link(Worker(service), ["other"], other, "?" + query)))
    assert place(other) == ("layer 1", "forget gate", 1)
    assert (opened["source"], opened["checkpoint"]) == ("so what", "tiny-words")
    assert opened["message"] == ""
    assert make_link(Sight())["link_query"] == ""


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?tab=inspect&text=so&layer=layer+9", share_inspect.NOT_THERE),
        ("?tab=inspect&text=so&unit=x", "The link is damaged: unit"),
        ("?tab=inspect&text=+", "The text is blank"),
    ],
)
def test_a_damaged_link_is_told(service, query: str, told: str) -> None:
    opened = asyncio.run(merged(open_link(Worker(service), ["tiny-words"], Sight(), query)))
    assert opened["message"].startswith(told)


@pytest.mark.parametrize("query", ["", "?tab=spell&text=so", "?tab=inspect", None])
def test_other_links_leave_the_tab_as_it_is(service, query) -> None:
    assert asyncio.run(merged(open_link(Worker(service), [], Sight(), query))) == {}


def test_nothing_of_a_run_is_kept_but_names(sight: Sight) -> None:
    assert all(isinstance(value, str | int) for value in vars(sight).values())
