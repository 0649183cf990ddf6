"""Backpropagation by hand on the Inspect tab, and /inspect_bptt."""

from collections.abc import Iterator

import gradio as gr
import pytest

from core.service import SLIPS, Service
from demo import bptt
from demo.api_gradients import offer_bptt
from demo.tabs import inspect_bptt as card
from tests.calls import result


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """One without any checkpoint: none is needed."""
    return Service(root=tmp_path_factory.mktemp("checkpoints"))


def test_the_figures_of_a_step_stand_beside_its_formulas(service: Service) -> None:
    value = card.derive(service, "a b a", "word", "none")["steps"]
    assert value["tokens"] == ["a", "b", "a"]
    over_vocabulary, over_units = value["parts"]
    assert over_vocabulary["rows"] == ["a", "b", "</s>"]
    assert over_units["rows"] == ["1", "2", "3", "4"]
    second = value["steps"][1]
    assert second["title"] == "t = 2 of 3: reads “b”, “a” follows"
    assert (second["x"], second["y"]) == ([0, 1, 0], [1, 0, 0])
    for part in value["parts"]:
        for column in part["columns"]:
            assert len(second[column["key"]]) == len(part["rows"])
    for one in value["sums"]:
        matrix = second["added"][one["key"]]
        assert (len(matrix), len(matrix[0])) == (len(one["rows"]), len(one["columns"]))


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_marked_in_the_formulas_and_in_the_figures(service: Service, slip: str) -> None:
    shown = card.derive(service, card.EXAMPLE, "word", slip)
    formulas = [line for part in shown["steps"]["parts"] for line in part["formulas"]]
    marked = [line["text"] for line in formulas if line["slipped"]]
    assert marked == list(bptt.SLIPPED[slip].values())
    assert not set(marked) & set(bptt.FORMULAS.values())
    wrong = [row[-1].endswith("✗") for row in shown["gradients"]["rows"]]
    assert wrong == {"none": [False] * 5, "sign": [True] * 5}.get(
        slip, [True, True, False, True, False]
    )
    assert len(shown["slips"]["rows"]) == len(SLIPS)
    assert ("rounding" in shown["summary"]) == (slip == "none")


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[str]:
    with gr.Blocks(analytics_enabled=False) as demo:
        offer_bptt(service)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    try:
        yield address.rstrip("/")
    finally:
        demo.close()


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"text": " "}, "The text is blank"),
        ({"text": 5}, "text must be a string"),
        ({"text": "a " * 11}, "has 11 words; the limit is 10"),
        ({"text": "a", "units": "x"}, "units must be word or character"),
        ({"text": "a", "slip": "x"}, "slip must be one of none, sign"),
        ({"text": "a", "hidden": 17}, "hidden must be a whole number from 1 to 16"),
        ({"text": "a", "seed": -1}, "seed must be a whole number"),
    ],
)
def test_bad_input_gets_a_sentence(app: str, service: Service, request_: dict, sentence) -> None:
    with pytest.raises(RuntimeError, match=sentence):
        result(app, "inspect_bptt", **request_)
    if request_.keys() <= {"text"}:
        (message,) = card.derive(service, request_["text"], "word", "none").values()
        assert sentence in message


def test_the_public_function_gives_what_the_service_gives(app: str, service: Service) -> None:
    found = result(app, "inspect_bptt", text="abba", units="character", seed=3)
    expected = service.bptt("abba", "character", seed=3)
    assert found["tokens"] == ["a", "b", "b", "a"]
    assert found["loss"] == pytest.approx(expected.loss)
    assert max(found["differences"]["none"].values()) <= 1e-10
