"""The public functions of the language models, called as other programs call them.

The page is a real server in this process, over random models small enough to wait for.
"""

import ast
import asyncio
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from core.service import Service
from demo import limits
from tests.calls import result, updates
from tests.demo.writing import serve, write_endless
from tests.tiny import characters, words, write_language_model

GOOD = {"prompt": "the dog", "checkpoint": "characters", "max_tokens": 40}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root = tmp_path_factory.mktemp("checkpoints")
    write_endless(root / "characters", characters())
    write_endless(root / "words", words())
    write_language_model(root / "ending", characters())
    return Service(root=root)


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[str]:
    with serve(service, mcp_server=True) as (address, _):
        yield address


def alone(service: Service, **request) -> dict:
    """What the service itself writes, as JSON has it."""
    begun = service.prompt(**({"method": "sample"} | request))
    if "beam" in begun.options.method:
        return service.search(begun).to_dict()
    return service.ended(begun.written(*service.generate(begun))).to_dict()


def test_each_update_has_more_of_the_text_and_the_last_one_everything(service, app) -> None:
    *so_far, last = updates(app, "generate", **GOOD, seed=3)
    expected = alone(service, **GOOD, seed=3)
    assert so_far[0]["tokens"] == 1
    counts = [one["tokens"] for one in so_far]
    assert counts == sorted(counts)
    assert counts[-1] == 40
    assert all(expected["text"].startswith(one["text"]) for one in so_far)
    assert all(len(one["text"]) == len("the dog") + one["tokens"] for one in so_far)
    assert {one["finished"] for one in so_far} == {False}
    assert last["text"] == expected["text"] == so_far[-1]["text"]
    assert last["options"] == expected["options"]
    assert last["unknown"] == list(expected["unknown"])
    for one, other in zip(last["steps"], expected["steps"], strict=True):
        assert one["id"] == other["id"]
        assert one["log_prob"] == other["log_prob"]
        assert len(one["alternatives"]) == len(one["removed_by"]) == 10


def test_a_text_that_the_model_ends_says_so(app: str) -> None:
    last = result(app, "generate", checkpoint="ending", max_tokens=1000)
    assert last["finished"]
    assert last["steps"][-1]["text"] == ""


@pytest.mark.parametrize("method", ["greedy", "beam", "beam-sample", "stochastic-beam"])
@pytest.mark.parametrize("checkpoint", ["characters", "words"])
def test_every_method_writes_what_the_service_writes(service, app, method, checkpoint) -> None:
    ask = {"prompt": "The bird", "checkpoint": checkpoint, "method": method, "max_tokens": 12}
    found, expected = result(app, "generate", **ask), alone(service, **ask)
    assert found["text"] == expected["text"]
    assert len(found["hypotheses"]) == len(expected["hypotheses"])


def test_the_settings_reach_the_model(app: str) -> None:
    given = {
        "temperature": 0.5,
        "top_k": 7,
        "top_p": 0.75,
        "min_p": 0.125,
        "typical": 0.9375,
        "repetition_penalty": 1.25,
        "no_repeat_ngram": 4,
        "beam": 3,
        "length_penalty": 0.5,
        "seed": 11,
    }
    options = result(app, "generate", **GOOD, **given)["options"]
    assert options == given | {"method": "sample"}


@pytest.mark.parametrize(
    "narrowest", [{"temperature": 0}, {"top_k": 1}, {"top_p": 0}, {"min_p": 1}]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_narrowest_setting_is_greedy(app: str, narrowest: dict, seed: int) -> None:
    greedy = result(app, "generate", **GOOD, method="greedy")
    assert result(app, "generate", **GOOD, **narrowest, seed=seed)["text"] == greedy["text"]


@pytest.mark.parametrize("checkpoint", ["characters", "words"])
def test_a_prompt_may_be_empty_or_unknown(app: str, checkpoint: str) -> None:
    for prompt in ("", "  ", "☃☃ quux"):
        found = result(app, "generate", prompt=prompt, checkpoint=checkpoint, max_tokens=5)
        assert len(found["steps"]) == 5
    assert "☃" in "".join(found["unknown"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", None),
        ("prompt", 7),
        ("prompt", "x" * (limits.MAX_CHARACTERS + 1)),
        ("prompt", "half a smile \ud83d"),
        ("checkpoint", "no-such-checkpoint"),
        ("checkpoint", "../../etc"),
        ("checkpoint", None),
        ("method", "psychic"),
        ("method", 3),
        ("max_tokens", 0),
        ("max_tokens", 1001),
        ("max_tokens", 2.5),
        ("max_tokens", "many"),
        ("temperature", -0.1),
        ("temperature", 2.01),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", "warm"),
        ("top_k", -1),
        ("top_k", 1.5),
        ("top_k", None),
        ("top_p", 1.01),
        ("top_p", math.nan),
        ("min_p", -0.5),
        ("min_p", [0.1]),
        ("typical", 2),
        ("typical", -math.inf),
        ("repetition_penalty", 0),
        ("repetition_penalty", True),
        ("no_repeat_ngram", 21),
        ("no_repeat_ngram", 10**300),
        ("beam", 0),
        ("beam", 11),
        ("length_penalty", 2.5),
        ("seed", -1),
        ("seed", 2**31),
    ],
)
def test_a_bad_parameter_gets_a_sentence(app: str, field: str, value: object) -> None:
    with pytest.raises(RuntimeError, match=rf"{field}.*\.$") as error:
        result(app, "generate", **GOOD | {field: value})
    assert len(str(error.value)) < 250


def test_a_search_may_write_fewer_tokens(app: str) -> None:
    with pytest.raises(RuntimeError, match="max_tokens must be a whole number from 1 to 300; it"):
        result(app, "generate", checkpoint="characters", method="beam", max_tokens=301)


def test_gradio_client_streams_and_gets_the_sentence(app: str) -> None:
    client = Client(app, verbose=False)
    *so_far, last = client.submit(**GOOD, seed=3, api_name="/generate")
    assert so_far[0]["tokens"] == 1
    assert len(last["steps"]) == 40
    with pytest.raises(AppError, match="top_p must be a number from 0 to 1; it is 7"):
        client.predict(**GOOD, top_p=7, api_name="/generate")


def test_a_score_is_that_of_the_service(service, app) -> None:
    text = "the dog sleeps, unlike ☃"
    found = result(app, "score", text=text, checkpoint="words")
    expected = service.score_text(text, "words").to_dict()
    assert found["perplexity"] == expected["perplexity"]
    assert found["bits_per_character"] == expected["bits_per_character"]
    assert found["unknown"] == list(expected["unknown"])
    assert [one["log_prob"] for one in found["steps"]] == [
        one["log_prob"] for one in expected["steps"]
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", " \n"),
        ("text", None),
        ("text", "x" * (limits.MAX_CHARACTERS + 1)),
        ("text", "half a smile \ud83d"),
        ("checkpoint", "no-such-checkpoint"),
        ("checkpoint", ["words"]),
    ],
)
def test_a_text_that_can_not_be_scored_gets_a_sentence(app: str, field: str, value) -> None:
    with pytest.raises(RuntimeError, match=rf"{field}.*\.$"):
        result(app, "score", **{"text": "the dog", "checkpoint": "words"} | {field: value})


def test_mcp_offers_both_and_gives_the_last_update(app: str) -> None:
    async def use() -> None:
        async with (
            streamable_http_client(f"{app}/gradio_api/mcp/") as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert set(tools) == {"generate", "score"}
            for tool in tools.values():
                assert tool.description
                fields = tool.inputSchema["properties"]
                assert all(field["description"] for field in fields.values())
            answer = await session.call_tool("generate", {**GOOD, "max_tokens": 4})
            assert not answer.isError
            assert len(ast.literal_eval(answer.content[0].text)["steps"]) == 4
            refused = await session.call_tool("generate", {**GOOD, "top_p": 7})
            assert refused.isError
            assert "top_p must be" in refused.content[0].text

    asyncio.run(use())


@pytest.mark.parametrize("seeds", [[5, 5], [*range(8)]])
def test_texts_written_at_the_same_time_are_those_written_alone(service, app, seeds) -> None:
    ask = {"prompt": "the", "checkpoint": "characters", "max_tokens": 300, "top_p": 0.9}
    expected = [alone(service, **ask, seed=seed)["text"] for seed in seeds]
    with ThreadPoolExecutor(len(seeds)) as pool:
        found = pool.map(lambda seed: result(app, "generate", **ask, seed=seed)["text"], seeds)
        assert list(found) == expected
    assert len(set(expected)) == len(set(seeds))


def test_more_visitors_than_are_served_at_once_wait_for_their_turn(service, app) -> None:
    def visit(seed: int) -> int:
        return len(result(app, "generate", **GOOD, seed=seed)["steps"])

    count = limits.STREAMS + 8
    with ThreadPoolExecutor(count) as pool:
        assert list(pool.map(visit, range(count))) == [40] * count


def test_the_default_checkpoint_is_named_when_it_is_not_there(app: str) -> None:
    with pytest.raises(RuntimeError, match="no checkpoint called 'lm-arxiv-word'; there are: ch"):
        result(app, "generate", prompt="We propose")


def test_a_page_without_language_models_still_offers_them(tmp_path: Path) -> None:
    refused = pytest.raises(RuntimeError, match="there are: none yet")
    with serve(Service(root=tmp_path)) as (address, _), refused:
        result(address, "generate")
