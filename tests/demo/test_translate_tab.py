"""The callbacks of the Translate tab, called as the page calls them."""

import asyncio
import time
from types import SimpleNamespace

import gradio as gr
import pytest

from demo.tabs import translate as tab
from demo.tabs.translate_settings import KNOBS, METHODS, set_knobs, used_by
from demo.ui import build_demo
from demo.views import View

KNOB_VALUES = (5, 1.0, 1.0, 0)


def run(service, text="Guten Morgen", method="beam", knobs=KNOB_VALUES, view=None) -> list[dict]:
    """Every update that a run of the page yields."""

    async def collect():
        updates = tab.translate(service.translate, view, text, "tiny", method, *knobs)
        return [update async for update in updates]

    return asyncio.run(collect())


def test_a_run_shows_text_map_list_and_summary(service) -> None:
    (update,) = run(service)
    assert update["output"] == "Good morning"
    assert update["attention"]["weights"] == [[0.125, 0.75], [1.0, 0.0]]
    assert len(update["hypotheses"]["items"]) == 2
    assert update["summary"].startswith("tiny · beam 2")
    assert update["message"] == ""
    assert not update["sentence"]["visible"]


def test_a_run_keeps_the_units(service, translation) -> None:
    (update,) = run(service, view=View(translation, units="subwords"))
    assert update["attention"]["source"] == ["Guten", "Mor", "gen", "</s>"]


def test_a_knob_that_the_method_ignores_does_not_count(service) -> None:
    run(service, method="greedy", knobs=(None, "x", 99, -1))
    assert service.requests[0]["beam"] == 5


@pytest.mark.parametrize("text", ["", "x" * 3000])
def test_after_bad_input_nothing_but_the_message_changes(service, text: str) -> None:
    (update,) = run(service, text)
    assert update.keys() == {"message"}
    assert service.requests == []


def test_an_error_of_the_model_is_the_message(failing) -> None:
    assert run(failing) == [{"message": "There is no checkpoint called 'tiny'."}]


def test_a_fault_of_the_program_shows_no_detail(service, caplog) -> None:
    service.fault = RuntimeError("secret detail")
    (update,) = run(service)
    assert "secret" not in update["message"]
    assert "secret detail" in caplog.text  # it is in the log


def test_a_slow_run_says_that_it_is_at_work(service, monkeypatch) -> None:
    monkeypatch.setattr(tab, "SLOW", 0.01)
    quick = service.translate
    service.translate = lambda **request: time.sleep(0.1) or quick(**request)
    first, second = run(service)
    assert first == {"message": "Translating …"}
    assert second["output"] == "Good morning"


def test_other_languages_get_a_hint_and_a_translation(service) -> None:
    (update,) = run(service, "Where is the station?")
    assert "German" in update["message"]
    assert update["output"] == "Good morning"


def test_choices_change_the_map_alone(two_sentences) -> None:
    view = View(two_sentences)
    units = tab.choose_units(view, "subwords")
    assert units["attention"]["source"] == ["Guten", "Mor", "gen", "</s>"]
    second = tab.choose_sentence(view, 1)
    assert second["attention"]["target"] == ["Thank", "you"]
    other = tab.choose_hypothesis(view, SimpleNamespace(index=1))
    assert other["hypotheses"]["chosen"] == 1
    assert other["attention"]["target"] == ["Morning,", "good"]
    assert "output" not in units | second | other


def test_a_click_on_a_cell_is_answered(translation) -> None:
    cell = SimpleNamespace(row=1, column=0)
    line = tab.describe_cell(View(translation), cell)["cell"]
    assert line == "“morning” looks at “Guten” with weight 1.00"


def test_clicks_before_any_result_do_nothing() -> None:
    cell = SimpleNamespace(row=0, column=0, index=0)
    assert tab.choose_units(None, "words") == {}
    assert tab.choose_sentence(None, 0) == {}
    assert tab.choose_hypothesis(None, cell) == {}
    assert tab.describe_cell(None, cell) == {}


def test_the_tab_opens_with_the_first_example(service) -> None:
    first = tab.open_with(service)
    assert service.requests[0]["text"] == tab.EXAMPLES[0][0]
    assert first["output"] == "Good morning"


def test_the_tab_opens_without_a_checkpoint(service, failing) -> None:
    service.checkpoints = lambda: []
    assert "train" in tab.open_with(service)["message"]
    assert tab.open_with(failing) == {"message": "There is no checkpoint called 'tiny'."}
    assert isinstance(build_demo(service), gr.Blocks)


@pytest.mark.parametrize("method", METHODS)
def test_knobs_are_off_with_a_reason(method: str) -> None:
    for knob, update in zip(KNOBS, set_knobs(method), strict=True):
        assert update["interactive"] == (knob.name in METHODS[method])
        assert update["info"].startswith("Off: ") != update["interactive"]


def test_an_unknown_method_is_left_to_the_model() -> None:
    assert used_by("psychic", KNOB_VALUES) == {}


def test_the_page_offers_one_public_function(service) -> None:
    demo = build_demo(service)
    assert list(demo.get_api_info()["named_endpoints"]) == ["/translate"]


def test_the_page_says_which_checkpoint_is_not_offered(service) -> None:
    values = [
        block["props"].get("value") for block in build_demo(service).get_config_file()["components"]
    ]
    assert "broken is not offered: model.safetensors ends too early; copy it again." in values
