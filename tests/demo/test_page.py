"""What the page is built of: its first result, its knobs, its public functions."""

import gradio as gr
import pytest

from demo.tabs import translate as tab
from demo.tabs.translate_settings import KNOBS, METHODS, set_knobs, used_by
from demo.ui import build_demo, choose_tab

KNOB_VALUES = (5, 1.0, 1.0, 0)


def test_the_tab_opens_with_the_first_example(service) -> None:
    first = tab.open_with(service)
    assert service.requests[0]["text"] == tab.EXAMPLES[0][0]
    assert first["output"] == "Good morning"


def test_the_tab_opens_without_a_checkpoint(service, failing) -> None:
    service.checkpoints = lambda kind="": []
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


def test_the_page_offers_its_public_functions(service) -> None:
    demo = build_demo(service)
    assert list(demo.get_api_info()["named_endpoints"]) == [
        "/translate",
        "/generate",
        "/score",
        "/correct",
        "/inspect",
        "/inspect_gradients",
        "/inspect_bptt",
        "/report",
    ]


def test_the_page_says_which_checkpoint_is_not_offered(service) -> None:
    values = [
        block["props"].get("value") for block in build_demo(service).get_config_file()["components"]
    ]
    assert "broken is not offered: model.safetensors ends too early; copy it again." in values


def test_ids_are_given_once(service) -> None:
    blocks = build_demo(service).get_config_file()["components"]
    ids = [block["props"].get("elem_id") for block in blocks if block["props"].get("elem_id")]
    assert len(ids) == len(set(ids))
    for name in ("source", "run", "stop", "output", "summary", "prefix", "tree", "compare", "link"):
        assert f"translate-{name}" in ids
    for name in (
        *("prompt", "run", "stop", "continue", "output", "tokens", "distribution", "summary"),
        *("checkpoint", "method", "preset", "temperature", "top-k", "top-p", "min-p", "typical"),
        *("repetition-penalty", "no-repeat", "beam", "seed", "max-tokens", "compare", "score"),
        *("link", "export"),
    ):
        assert f"generate-{name}" in ids
    for name in (
        *("input", "run", "stop", "output", "candidates", "attention", "threshold", "summary"),
        *("checkpoint", "examples", "undo", "copy", "link"),
    ):
        assert f"spell-{name}" in ids
    for name in (
        *("checkpoint", "input", "run", "stop", "layer", "quantity", "gates", "units", "summary"),
        *("message", "link", "gradients", "bptt"),
    ):
        assert f"inspect-{name}" in ids


@pytest.mark.parametrize(
    ("query", "tab"), [("?tab=generate&seed=1", "generate"), ("?tab=translate", "translate")]
)
def test_a_link_opens_its_tab(query: str, tab: str) -> None:
    assert choose_tab(query)["selected"] == tab


@pytest.mark.parametrize("query", ["", None, "?tab=", "?tab=<b>", "?text=a", "?" + "x" * 50_000])
def test_a_link_without_a_tab_leaves_the_first(query) -> None:
    assert "selected" not in choose_tab(query)


def test_what_each_request_for_the_page_copies_is_plain(service) -> None:
    # Of anything else, such as a listener that holds the page, a copy takes most of a second.
    found = build_demo(service).config["components"]
    components = [one for one in found if one["type"] != "state"]
    assert [one["props"]["elem_id"] for one in components if not is_plain(one["props"])] == []


def is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, int, float, bool))
