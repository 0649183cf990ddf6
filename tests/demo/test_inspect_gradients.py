"""The gradient card of the Inspect tab and /inspect_gradients, over random models."""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from core.service import KINDS, GradientComparison, Service
from demo import gradients, texts
from demo.api_gradients import offer_gradients
from demo.gradients import Trail
from demo.tabs import inspect_gradients as card
from tests.calls import result
from tests.demo.bound import events_on
from tests.tiny import write_language_model

TEXT = "Der Hund schläft hier."  # five tokens
RNN, GRU, LSTM = KINDS


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root = tmp_path_factory.mktemp("checkpoints")
    write_language_model(root / RNN, cell="rnn", num_layers=1)
    write_language_model(root / GRU, cell="gru", num_layers=1)
    write_language_model(root / LSTM, cell="lstm")  # of two layers
    write_language_model(root / "lm-other", cell="lstm", seed=1)
    return Service(root=root, threads=1)


@pytest.fixture(scope="module")
def compared(service: Service) -> GradientComparison:
    return service.gradient_flow(TEXT, [RNN, LSTM], clip=1e-3)


@pytest.fixture
def trail(service: Service, compared: GradientComparison) -> Trail:
    made = Trail()
    made.take(compared, texts.score_strip(service.score_text(TEXT, RNN)))
    return made


def press(service: Service, trail: Trail, text=TEXT, names=(RNN, LSTM), layer=1, clip=1.0):
    """Every update that a press of the button yields, when awaited."""
    offered = service.checkpoints("language-model")
    return take_all(card.run(service, offered, trail, text, list(names), layer, clip))


async def take_all(updates) -> list[dict]:
    return [update async for update in updates]


def run(service: Service, trail: Trail, **request) -> list[dict]:
    return asyncio.run(press(service, trail, **request))


def test_the_card_opens_with_the_three_kinds(service: Service) -> None:
    trail = Trail()
    first = card.open_with(service, trail, list(KINDS))
    assert trail.compared is not None
    names = [line["name"] for line in first["plot"][0]["lines"] if "like" not in line]
    assert names == [f"{RNN} h", f"{GRU} h", f"{LSTM} h", f"{LSTM} c"]
    assert first["tokens"]["selected"] == len(first["tokens"]["tokens"]) - 2
    assert first.keys() <= set(card.SHOWN)
    assert card.open_with(service, Trail(), []) == {"message": card.NO_MODEL}


def test_a_clipped_curve_is_the_same_one_moved(compared: GradientComparison) -> None:
    (plot,) = gradients.flow_plots(compared, 1)
    whole = [line for line in plot["lines"] if "like" not in line]
    clipped = [line for line in plot["lines"] if "like" in line]
    assert plot["y_log"] and [line["name"] for line in whole] == [
        f"{RNN} h",
        f"{LSTM} h",
        f"{LSTM} c",
    ]
    for line in clipped:
        model = whole[line["like"]]
        ratios = [math.log(a / b) for a, b in zip(model["y"], line["y"], strict=True)]
        assert ratios == pytest.approx([ratios[0]] * 5) and ratios[0] > 1
        assert model["texts"] == list(compared.read) == ["hier", "schläft", "Hund", "Der", "<s>"]
    assert "what has vanished it does not bring back" in gradients.clip_line(compared, 1)
    free = replace(compared, clip=1e6)
    assert len(gradients.flow_plots(free, 1)[0]["lines"]) == 3
    assert "changes nothing" in gradients.clip_line(free, 1)


def test_the_table_has_a_line_for_each_kind_of_state(compared: GradientComparison) -> None:
    table = gradients.flow_table(compared, 1)
    assert [row[0] for row in table["rows"]] == [
        f"{RNN}\n∂loss/∂h",
        f"{LSTM}\n∂loss/∂h",
        f"{LSTM}\n∂loss/∂c",
    ]
    assert {len(row) for row in table["rows"]} == {len(table["head"])}
    assert table["rows"][0][3] == "–"  # ten steps back there is nothing
    assert gradients.flow_line(compared, 1).startswith("Left 4 steps back")


def test_layers_can_be_chosen_where_all_models_have_them(service: Service) -> None:
    trail = Trail()
    _, both = run(service, trail, names=(RNN, LSTM), layer=2)
    assert (both["layer"]["visible"], both["layer"]["value"]) == (False, 1)
    trail = Trail()
    _, deep = run(service, trail, names=("lm-other", LSTM), layer=2)
    assert deep["layer"]["visible"] and deep["layer"]["value"] == 2
    upper = trail.compared.flows[0].at(2)[0]
    # In the order in which they are offered, however they were clicked.
    assert trail.compared.flows[0].checkpoint == LSTM
    assert deep["plot"][0]["lines"][0]["y"] == list(upper.norms)


def test_another_token_is_followed(service: Service, trail: Trail) -> None:
    found = asyncio.run(card.choose_token(service, trail, 1))
    assert trail.compared.index == 1 and trail.compared.clip == trail.clip == 1.0
    assert trail.compared.flows == service.gradient_flow(TEXT, [RNN, LSTM], 1).flows
    assert found["plot"][0]["lines"][0]["texts"] == ["Der", "<s>"]
    assert "tokens" not in found  # the strip has its mark already


def test_the_mark_goes_back_to_the_token_that_is_followed_after_an_error(
    service: Service, trail: Trail
) -> None:
    trail.pressed, followed = 7, trail.compared.index
    told = asyncio.run(card.choose_token(service, trail, 99))
    assert list(told) == ["message", "tokens"]
    assert (told["tokens"]["selected"], told["tokens"]["asked"]) == (followed, 7)


def test_the_sliders_only_change_the_view(trail: Trail, compared: GradientComparison) -> None:
    found = asyncio.run(card.change_view(trail, 1, 1e3))
    assert trail.compared == replace(compared, clip=1e3)
    assert "changes nothing" in found["clip_line"]
    assert list(asyncio.run(card.change_view(trail, 1, math.nan))) == ["message"]
    assert trail.clip == 1e3
    assert asyncio.run(card.change_view(Trail(), 1, 1.0)) == {}


# Events that overlap.


class Slow:
    """The service, whose next gradient comes only when another event has been handled."""

    def __init__(self, service: Service, event: Callable[[], Coroutine]):
        """Made in the event loop that handles both."""
        self.service, self.event = service, event
        self.loop = asyncio.get_running_loop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.service, name)

    def gradient_flow(self, *values: Any, **request: Any) -> GradientComparison:
        asyncio.run_coroutine_threadsafe(self.event(), self.loop).result()
        return self.service.gradient_flow(*values, **request)


@pytest.mark.parametrize("index", [1, 99])
def test_a_token_of_the_last_text_takes_no_newer_text_away(
    service: Service, trail: Trail, index: int
) -> None:
    async def click() -> dict:
        slow = Slow(service, lambda: press(service, trail, text="Hallo Hund"))
        return await card.choose_token(slow, trail, index)

    assert asyncio.run(click()) == {}
    assert trail.compared.text == "Hallo Hund"


def test_a_token_that_is_clicked_while_another_text_is_read_takes_it_not_away(
    service: Service, trail: Trail
) -> None:
    async def click() -> dict:
        reading = card.run(service, [RNN], trail, "Hallo Hund", [RNN], 1, 1.0)
        await anext(reading)
        return await card.choose_token(Slow(service, lambda: take_all(reading)), trail, 1)

    assert asyncio.run(click()) == {}
    assert trail.compared.text == "Hallo Hund"


def test_the_token_that_is_clicked_last_is_followed(service: Service, trail: Trail) -> None:
    async def click() -> dict:
        slow = Slow(service, lambda: card.choose_token(service, trail, 2))
        return await card.choose_token(slow, trail, 1)

    assert asyncio.run(click()) == {}
    assert trail.compared.index == 2


def test_layer_and_clip_that_move_meanwhile_count(service: Service, trail: Trail) -> None:
    async def read() -> list[dict]:
        slow = Slow(service, lambda: card.change_view(trail, 2, 1e3))
        trail.compared = None
        return await press(slow, trail, names=("lm-other", LSTM), clip=1e-3)

    _, found = asyncio.run(read())
    assert "Clipping at 1000 changes nothing" in found["clip_line"]
    assert found["layer"]["value"] == 2


def test_no_click_on_a_token_is_deferred(service: Service) -> None:
    """Gradio would repeat it with the token of another one."""
    with gr.Blocks(analytics_enabled=False) as demo:
        card.build(service)
    (event,) = events_on(demo, "inspect-gradients-tokens", "select")
    assert event.trigger_mode == "multiple"


BAD = [
    ({"text": " "}, "The text is blank"),
    ({"text": "x" * 501}, "has 501 characters; the limit is 500"),
    ({"checkpoints": []}, "must name 1 to 6 language models"),
    ({"checkpoints": ["nope"]}, "no checkpoint called 'nope'"),
    ({"clip": 0}, "clip must be a number from 0.001 to 1,000; it is 0"),
    ({"token": 6}, "token must be 0 to 5, not 6"),
    ({"token": "x"}, "token must be a whole number"),
]


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[str]:
    with gr.Blocks(analytics_enabled=False) as demo:
        offer_gradients(service)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    try:
        yield address.rstrip("/")
    finally:
        demo.close()


@pytest.mark.parametrize(("request_", "sentence"), BAD)
def test_bad_input_gets_a_sentence(app: str, request_: dict, sentence: str) -> None:
    with pytest.raises(RuntimeError, match=sentence):
        result(app, "inspect_gradients", **{"text": TEXT} | request_)


@pytest.mark.parametrize("request_", [{"text": " "}, {"names": ()}, {"clip": None}])
def test_bad_input_on_the_page_leaves_the_last_result(
    service: Service, trail: Trail, compared: GradientComparison, request_: dict
) -> None:
    assert list(run(service, trail, **request_)[-1]) == ["message"]
    assert trail.compared.flows is compared.flows


def test_the_public_function_gives_what_the_service_gives(app: str, service: Service) -> None:
    found = result(app, "inspect_gradients", text=TEXT)
    expected = service.gradient_flow(TEXT).to_dict()
    assert [flow["checkpoint"] for flow in found["flows"]] == list(KINDS)
    assert found["token"] == "." and found["tokens"] == list(expected["tokens"])
    norms = found["flows"][2]["states"][1]["norms"]
    assert norms == pytest.approx(expected["flows"][2]["states"][1]["norms"])
