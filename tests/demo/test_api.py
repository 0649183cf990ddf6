"""The public functions of the real page, called as other programs call them."""

import ast
import asyncio
import json
import math
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from gradio_client.utils import QueueError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from demo import api, limits
from tests.browser.server import PATIENCE, running_app

SENTENCE = "Ein Hund läuft im Schnee."
GOOD = [SENTENCE, "translate-de-en", "beam", 5, 1.0, 1.0, 0, ""]
FIELDS = ("text", "checkpoint", "method", "beam", "length_penalty", "temperature", "seed", "prefix")


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with running_app(GRADIO_MCP_SERVER="True") as address:
        yield address


@pytest.fixture(scope="module")
def client(app: str) -> Client:
    return Client(app, verbose=False)


def call_over_http(app: str, values: list) -> tuple[str, object]:
    """Call /translate without any client library; return the kind of answer and its content."""
    body = json.dumps({"data": values})  # Python's json writes NaN and Infinity, as others do
    address = f"{app}/gradio_api/call/translate"
    headers = {"content-type": "application/json"}
    event = httpx.post(address, content=body, headers=headers, timeout=PATIENCE)
    event.raise_for_status()
    answer = httpx.get(f"{address}/{event.json()['event_id']}", timeout=PATIENCE).text
    kind, data = answer.strip().splitlines()[-2:]
    return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_named_parameters_give_text_tokens_hypotheses_and_attention(client: Client) -> None:
    result = client.predict(text=SENTENCE, beam=3, length_penalty=0.5, api_name="/translate")
    best = result["hypotheses"][0]
    assert result["text"] == best["text"]
    assert len(result["hypotheses"]) == result["beam"] == 3
    assert result["source_words"] == ["Ein", "Hund", "läuft", "im", "Schnee", "."]
    assert len(best["attention"]) == len(best["tokens"]) == len(best["log_probs"])
    assert {len(row) for row in best["attention"]} == {len(result["source_tokens"])}
    for row in best["attention"]:
        assert sum(row) == pytest.approx(1, abs=1e-3)


def test_the_defaults_are_those_of_the_page(client: Client) -> None:
    result = client.predict(text=SENTENCE, api_name="/translate")
    assert (result["checkpoint"], result["method"], result["beam"]) == tuple(GOOD[1:4])


def test_a_seed_gives_the_same_text(client: Client) -> None:
    ask = {"text": SENTENCE, "method": "sample", "seed": 7, "api_name": "/translate"}
    assert client.predict(**ask)["text"] == client.predict(**ask)["text"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "x" * 2**20),
        ("text", None),
        ("text", "\ud800"),
        ("checkpoint", "no-such-checkpoint"),
        ("checkpoint", "../../etc"),
        ("method", "psychic"),
        ("beam", "five"),
        ("beam", 0),
        ("beam", 10**300),
        ("length_penalty", math.nan),
        ("temperature", -1),
        ("temperature", math.inf),
        ("seed", 2**31),
        ("seed", None),
        ("prefix", None),
        ("prefix", ["A dog"]),
        ("prefix", "\ud800"),
    ],
)
def test_a_bad_parameter_over_plain_http_gets_a_sentence(app: str, field: str, value) -> None:
    values = [value if name == field else good for name, good in zip(FIELDS, GOOD, strict=True)]
    kind, answer = call_over_http(app, values)
    assert kind == "error"
    sentence = answer["error"]
    assert field in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 250
    assert call_over_http(app, GOOD)[0] == "complete"  # and the page goes on


def test_a_translation_may_begin_with_a_prefix(client: Client) -> None:
    result = client.predict(text=SENTENCE, prefix="In the sn", api_name="/translate")
    assert result["prefix"] == "In the sn"
    assert all(one["text"].startswith("In the sn") for one in result["hypotheses"])
    with pytest.raises(AppError, match="one sentence; there are 2 here"):
        client.predict(text="Ja. Nein.", prefix="Yes", api_name="/translate")


def test_gradio_client_gets_the_sentence(client: Client) -> None:
    with pytest.raises(AppError, match="beam must be a whole number from 1 to 10; it is 99"):
        client.predict(text=SENTENCE, beam=99, api_name="/translate")


def test_mcp_lists_the_tools_and_calls_one(app: str) -> None:
    async def use() -> None:
        async with (
            streamable_http_client(f"{app}/gradio_api/mcp/") as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            inspect = {"inspect", "inspect_gradients", "inspect_bptt"}
            assert tools.keys() == {"translate", "generate", "score", "correct", "report", *inspect}
            tool = tools["translate"]
            assert "German" in tool.description
            assert all(tool.inputSchema["properties"][name]["description"] for name in FIELDS)
            answer = await session.call_tool("translate", {"text": SENTENCE, "beam": 2})
            assert not answer.isError
            assert len(ast.literal_eval(answer.content[0].text)["hypotheses"]) == 2
            refused = await session.call_tool("translate", {"text": SENTENCE, "beam": 99})
            assert refused.isError
            assert "beam must be" in refused.content[0].text

    asyncio.run(use())


def test_fifty_clients_at_once_lose_nothing(app: str) -> None:
    def visitor(number: int) -> float:
        started = time.monotonic()
        kind, answer = call_over_http(app, [f"Tom hat {number} Hunde.", *GOOD[1:]])
        assert kind == "complete"
        assert answer[0]["source_words"][2] == str(number)
        return time.monotonic() - started

    with ThreadPoolExecutor(50) as pool:
        seconds = list(pool.map(visitor, range(50)))
    slowest = statistics.quantiles(seconds, n=20)[-1]
    print(f"50 clients at once: 95 % were answered within {slowest:.2f} s")
    assert len(seconds) == 50


def test_an_answer_too_large_to_send_is_told(service, monkeypatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_WEIGHTS", 31)
    with gr.Blocks(analytics_enabled=False) as demo:
        api.offer_translate(service.translate)
    (translate,) = [event.fn for event in demo.fns.values()]
    with pytest.raises(gr.Error, match="32 attention weights; the limit is 31"):
        asyncio.run(translate("Guten Morgen"))


def test_a_full_queue_says_so(monkeypatch) -> None:
    """With room for one that waits, the third of three is told."""
    monkeypatch.setattr(limits, "CONCURRENT_RUNS", 1)
    told = threading.Event()

    def slow_model(**request):
        told.wait(10)
        raise RuntimeError("nobody waits for this")

    with gr.Blocks(analytics_enabled=False) as demo:
        api.offer_translate(slow_model)
    demo.queue(max_size=1)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=None)
    try:
        client = Client(address, verbose=False)
        jobs = [client.submit(text=SENTENCE, api_name="/translate") for _ in range(4)]
        while not any(job.done() for job in jobs):
            time.sleep(0.01)
        told.set()
        errors = [job.exception() for job in jobs]
        full = [error for error in errors if isinstance(error, QueueError)]
        assert full
        assert "Queue is full" in str(full[0])
    finally:
        demo.close()
