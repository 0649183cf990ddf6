"""The public function of the spelling correctors, called as other programs call it.

The page is a real server in this process, over random models small enough to wait for.
"""

import ast
import asyncio
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from core.service import THRESHOLD, Service
from demo import api, limits
from demo.work import Worker
from tests.calls import result
from tests.tiny import letters, write_checkpoint

TEXT = "Teh cat, at http://teh.cat/ – teh 3rd."
GOOD = {"text": TEXT, "checkpoint": "spell-en", "threshold": 0.5}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root = tmp_path_factory.mktemp("checkpoints")
    write_checkpoint(root / "spell-en", 3, letters())
    write_checkpoint(root / "translator")
    return Service(root=root)


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[str]:
    with gr.Blocks(analytics_enabled=False) as demo:
        api.offer_correct(Worker(service))
    demo.queue(max_size=limits.QUEUE_SIZE, default_concurrency_limit=limits.CONCURRENT_EVENTS)
    options = {"prevent_thread_lock": True, "quiet": True, "mcp_server": True}
    _, address, _ = demo.launch(**options, max_threads=limits.MAX_THREADS)
    try:
        yield address.rstrip("/")
    finally:
        demo.close()


def test_a_text_is_corrected_as_the_service_corrects_it(service: Service, app: str) -> None:
    found, expected = result(app, "correct", **GOOD), service.correct(**GOOD)
    assert found["text"] == expected.text
    assert (found["source"], found["threshold"]) == (TEXT, 0.5)
    for one, word in zip(found["words"], expected.words, strict=True):
        assert TEXT[one["start"] : one["end"]] == one["text"] == word.text
        assert one["corrected"] == word.corrected(0.5)
        assert one["log_prob"] == pytest.approx(word.log_prob, abs=1e-3)
        texts = [candidate["text"] for candidate in one["candidates"]]
        assert texts == [candidate.text for candidate in word.candidates]
        assert len(texts) in (4, 5)  # an empty one is left out
        for candidate in one["candidates"]:
            assert {len(row) for row in candidate["attention"]} == {len(word.text) + 1}


def test_the_defaults_are_those_of_the_page(app: str) -> None:
    found = result(app, "correct", text="teh")
    assert (found["checkpoint"], found["threshold"]) == ("spell-en", THRESHOLD)


@pytest.mark.parametrize("text", ["x" * 200, "слово 語", "🎉", "12.5 http://teh.cat"])
def test_what_is_no_word_stays(app: str, text: str) -> None:
    found = result(app, "correct", text=text)
    assert (found["text"], found["words"]) == (text, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", " \n"),
        ("text", None),
        ("text", ["teh"]),
        ("text", "x" * (limits.MAX_CHARACTERS + 1)),
        ("text", "half a smile \ud83d"),
        ("checkpoint", "no-such-checkpoint"),
        ("checkpoint", "../../etc"),
        ("checkpoint", None),
        ("threshold", math.nan),
        ("threshold", math.inf),
        ("threshold", -0.1),
        ("threshold", 101),
        ("threshold", "much"),
        ("threshold", None),
        ("threshold", 10**300),
    ],
)
def test_a_bad_parameter_gets_a_sentence(app: str, field: str, value: object) -> None:
    with pytest.raises(RuntimeError, match=rf"{field}.*\.$") as error:
        result(app, "correct", **GOOD | {field: value})
    assert len(str(error.value)) < 250


def test_a_checkpoint_of_another_kind_is_told(app: str) -> None:
    with pytest.raises(RuntimeError, match="translator is a translator: it does not correct"):
        result(app, "correct", **GOOD | {"checkpoint": "translator"})


def test_the_largest_answer_is_not_too_large(service: Service) -> None:
    """Of 2,000 characters, words at their longest have the most attention weights."""
    text = " ".join(["a" * 30] * 64)
    found = service.correct(text, "spell-en")
    assert len(found.words) == 64
    maps = [one.attention for word in found.words for one in word.candidates]
    assert sum(len(map_) * len(map_[0]) for map_ in maps) <= limits.ANSWER_WEIGHTS


def test_gradio_client_gets_the_answer_and_the_sentence(app: str) -> None:
    client = Client(app, verbose=False)
    assert client.predict(**GOOD, api_name="/correct")["source"] == TEXT
    with pytest.raises(AppError, match="threshold must be a number from 0 to 100; it is -3"):
        client.predict(text=TEXT, threshold=-3, api_name="/correct")


def test_mcp_offers_it(app: str) -> None:
    async def use() -> None:
        async with (
            streamable_http_client(f"{app}/gradio_api/mcp/") as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            (tool,) = (await session.list_tools()).tools
            assert tool.name == "correct"
            fields = tool.inputSchema["properties"]
            assert fields.keys() == GOOD.keys()
            assert all(field["description"] for field in fields.values())
            answer = await session.call_tool("correct", GOOD)
            assert not answer.isError
            assert ast.literal_eval(answer.content[0].text)["source"] == TEXT
            refused = await session.call_tool("correct", {"text": ""})
            assert refused.isError
            assert "blank" in refused.content[0].text

    asyncio.run(use())


def test_many_at_once_get_what_they_get_alone(service: Service, app: str) -> None:
    texts = [f"teh {word}" for word in ("cat", "dgo", "hosue", "tree") * 4]
    expected = [service.correct(text).text for text in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        found = pool.map(lambda text: result(app, "correct", text=text)["text"], texts)
        assert list(found) == expected
