"""A link writes the text that it was made of; files hold the text, or every step."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.pipelines.generation import DecodingOptions
from demo import limits, share, share_text
from demo.desk import Change, Desk
from demo.tabs.binding import Updates
from demo.tabs.generate_layout import WRITTEN as SHOWN
from demo.tabs.generate_link import NOTHING, OPENED, make_file, make_link, open_link
from demo.tabs.generate_settings import KNOBS, METHODS
from demo.tabs.generate_write import write
from demo.work import Worker
from tests.demo.made_text import BEGUN, WORDS, WRITTEN

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
OPTIONS = st.builds(
    DecodingOptions,
    st.sampled_from(sorted(METHODS)),
    beam=st.integers(1, 10),
    temperature=st.floats(0.01, 2),
    seed=st.integers(0, 2**31 - 1),
    repetition_penalty=st.floats(0.5, 2),
    no_repeat_ngram=st.integers(0, 20),
    top_k=st.integers(0, 100_000),
    top_p=st.floats(0, 1),
    min_p=st.floats(0, 1),
    typical=st.floats(0, 1),
)
PLACE = st.integers(0, 999)
LIMIT = st.integers(1, 300)  # what a beam method may write in one go
CHANGES = st.lists(st.builds(Change, LIMIT, PLACE, PLACE) | LIMIT.map(Change), max_size=5)


def opened(worker: Worker, query, desk: Desk | None = None) -> list[dict]:
    async def run() -> list[dict]:
        steps = open_link(worker, "tiny-words", desk or Desk(), query)
        return [updates async for updates in steps]

    return asyncio.run(run())


@given(TEXT, TEXT, OPTIONS, CHANGES, st.booleans(), st.none() | st.integers(0, 3))
def test_a_link_holds_what_the_text_was_written_with(
    prompt, checkpoint, options, changes, pretty, selected
) -> None:
    generation = replace(
        WRITTEN, prompt=prompt, checkpoint=checkpoint or "x", options=options, max_tokens=77
    )
    desk = Desk(generation, tuple(changes), selected=selected, pretty=pretty)
    shared = share_text.from_query("?" + share_text.to_query(desk), "default")
    assert shared is not None
    request = dict(shared.request)
    assert request.pop("prompt") == prompt
    assert request.pop("checkpoint") == generation.checkpoint
    assert request.pop("method") == options.method
    assert request.pop("max_tokens") == 77
    for name, value in request.items():
        assert value == pytest.approx(getattr(options, name), rel=1e-9)
    assert request.keys() == set(METHODS[options.method]) - {"max_tokens"}
    assert (shared.changes, shared.pretty, shared.selected) == (tuple(changes), pretty, selected)


BEAM = replace(BEGUN, options=replace(BEGUN.options, method="beam"))


def test_a_search_that_went_on_beyond_what_is_searched_in_one_go_has_a_link() -> None:
    desk = Desk(replace(BEAM, max_tokens=500), (Change(300),))
    shared = share_text.from_query(share_text.to_query(desk), "tiny-words")
    assert (shared.request["max_tokens"], shared.changes) == (500, (Change(300),))


@pytest.mark.parametrize(
    ("tokens", "changes"),
    [
        (301, ()),
        (1, (Change(1000),)),  # it is searched, and cut only afterwards
        (601, (Change(300),)),
        (600, (Change(300), Change(600, 10, 2))),  # anew behind token 10
    ],
)
def test_a_link_searches_no_more_in_one_go_than_the_page(tokens, changes) -> None:
    query = share_text.to_query(Desk(replace(BEAM, max_tokens=tokens), changes))
    with pytest.raises(UserError, match=r"^max_tokens must be a whole number from 1 to 300;"):
        share_text.from_query(query, "tiny-words")
    assert share_text.from_query(query.replace("method=beam", "method=greedy"), "tiny-words")


def test_a_link_to_a_stopped_text_writes_no_more_than_there_is() -> None:
    stopped = replace(BEGUN, steps=WORDS[:3])
    fields = parse_qs(share_text.to_query(Desk(stopped)))
    assert fields["max_tokens"] == ["3"]
    stopped = replace(BEAM, steps=WORDS[:3])
    assert parse_qs(share_text.to_query(Desk(stopped)))["max_tokens"] == ["20"]


@pytest.mark.parametrize(
    "query",
    ["", "?", "?tab=generate", "?tab=generate&__theme=dark", "?text=Hallo", "?tab=spell&prompt=a"],
)
def test_a_link_of_another_tab_is_none(worker, service, query) -> None:
    assert share_text.from_query(query, "tiny") is None
    assert opened(worker, query) == []
    assert service.requests == []


def test_a_link_of_this_tab_is_none_for_the_other() -> None:
    assert share.from_query(share_text.to_query(Desk(WRITTEN))) is None
    assert share.from_query("?tab=generate&text=Hallo") is None
    assert share.from_query("?tab=translate&text=Hallo") is not None


def test_a_beginning_alone_has_the_settings_of_the_page() -> None:
    shared = share_text.from_query("?tab=generate&prompt=We+propose", "tiny")
    assert shared.request == {
        "prompt": "We propose",
        "checkpoint": "tiny",
        "method": "sample",
        "max_tokens": 100,
        "temperature": 0.8,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.0,
        "typical": 1.0,
        "repetition_penalty": 1.0,
        "no_repeat_ngram": 0,
        "seed": 0,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", "hot"),
        ("temperature", "nan"),
        ("top_p", "2"),
        ("seed", "-1"),
        ("max_tokens", "0"),
        ("max_tokens", "1e9"),
        ("show", "bold"),
        ("at", "-1"),
        ("changes", "1.2"),
        ("changes", "0.1.2"),
        ("changes", "1001"),
        ("changes", "5.1001.2"),
        ("changes", "5.x.2"),
        ("changes", " ".join(["5"] * 51)),
        ("prompt", "x" * 2001),
    ],
)
def test_a_damaged_field_is_named_in_a_sentence(field: str, value: str) -> None:
    query = urlencode({"tab": "generate", "prompt": "a"} | {field: value})
    with pytest.raises(UserError, match=field) as error:
        share_text.from_query(query, "tiny")
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 150


@given(st.text())
def test_any_text_is_a_query(query: str) -> None:
    for damaged in (query, f"tab=generate&prompt={query}", f"tab=generate&changes={query}"):
        try:
            share_text.from_query(damaged, "tiny")
        except UserError as error:
            assert str(error)


def test_a_link_fills_in_the_fields_and_writes(worker, service) -> None:
    query = "?" + share_text.to_query(Desk(WRITTEN, pretty=False, selected=1))
    desk = Desk()
    first, switched, *_, last = opened(worker, query, desk)
    assert first["prompt"] == "We propose"
    assert (first["checkpoint"], first["method"], first["seed"]) == ("tiny-words", "sample", 3)
    assert (first["preset"], switched) == (None, {"shown": "raw"})
    assert first["max_tokens"] == 20
    assert last["output"] == WRITTEN.text
    assert last["tokens"]["selected"] == desk.selected == 1
    assert first.keys() | last.keys() <= {*SHOWN, *OPENED}


def test_a_link_makes_the_changes_again(worker) -> None:
    changes = (Change(1, 0, 101), Change(3, 2, 103))
    desk = Desk()
    *_, last = opened(worker, "?" + share_text.to_query(Desk(WRITTEN, changes)), desk)
    assert last["output"] == "We propose A novel NET."
    assert desk.changes == changes
    assert desk.kept == 3


def test_the_rate_of_a_search_that_went_on_is_that_of_all_its_tokens(worker) -> None:
    desk = Desk()
    opened(worker, share_text.to_query(Desk(replace(BEAM, max_tokens=4), (Change(2),))), desk)
    assert (len(desk.generation.steps), desk.generation.seconds) == (4, 1.0)  # half for each part
    assert desk.kept == 0


@pytest.mark.parametrize("change", [Change(1, 0, 77), Change(1, 5, 101), Change(9, 8, 1)])
def test_a_change_that_can_not_be_made_is_told(worker, change) -> None:
    query = "?" + share_text.to_query(Desk(WRITTEN, (change,)))
    assert opened(worker, query)[-1] == {
        "message": "The link names a token that is no rival in this text."
    }


def test_a_link_that_fails_leaves_the_text(worker, service, monkeypatch) -> None:
    desk = Desk(WRITTEN)
    assert opened(worker, "?tab=generate&seed=x", desk) == [
        {"message": "The link is damaged: seed is not a number."}
    ]
    service.fault = UserError("There is no checkpoint called 'x'.")
    # Nothing is filled in: a list that holds another name refuses each later click.
    query = "?tab=generate&checkpoint=x&show=raw"
    assert opened(worker, query, desk) == [{"message": str(service.fault)}]
    assert (desk.generation, desk.pretty) == (WRITTEN, True)


async def until_filled(worker: Worker, desk: Desk) -> AsyncIterator[Updates]:
    """Open a link, up to where it begins to write."""
    steps = open_link(worker, "tiny-words", desk, "?" + share_text.to_query(Desk(WRITTEN)))
    assert (await anext(steps))["message"] == "Writing …"
    return steps


@pytest.mark.parametrize("count", [1, 9])
def test_a_text_that_is_begun_meanwhile_stays(worker, count: int) -> None:
    async def both() -> tuple[Desk, list[Updates]]:
        desk = Desk(replace(WRITTEN, prompt="An example"), pretty=False)
        steps = await until_filled(worker, desk)
        knobs = [knob.value for knob in KNOBS]
        writing = write(worker, desk, "My own", "tiny-words", "sample", *knobs)
        for _ in range(count):
            await anext(writing, None)
        late = [updates async for updates in steps]
        await writing.aclose()
        return desk, late

    desk, late = asyncio.run(both())
    assert late == []
    assert desk.generation.prompt == "My own"


def test_a_text_that_has_no_token_yet_stays(worker) -> None:
    async def both() -> list[Updates]:
        desk = Desk()
        steps = await until_filled(worker, desk)
        with desk.writing():
            return [updates async for updates in steps]

    assert asyncio.run(both()) == []


def test_a_link_that_takes_too_long_is_given_up(worker, monkeypatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.05)

    async def nap(self, generation):
        await asyncio.sleep(60)
        yield generation

    monkeypatch.setattr(Worker, "generate", nap)
    query = "?" + share_text.to_query(Desk(WRITTEN, (Change(3),)))
    assert "took longer than" in opened(worker, query)[-1]["message"]


def test_a_link_needs_a_text_with_few_changes() -> None:
    assert make_link(Desk()) == {"link_query": "", "link_said": NOTHING}
    many = Desk(WRITTEN, (Change(1, 0, 101),) * 51)
    assert make_link(many)["link_query"] == ""
    assert "too often" in make_link(many)["link_said"]
    assert make_link(Desk(WRITTEN))["link_query"].startswith("tab=generate&prompt=We+propose")


def test_files_hold_the_text_or_every_step() -> None:
    text = make_file("txt", Desk(WRITTEN))
    assert text == {"file_name": "text.txt", "file_text": "We propose a novel net.\n"}
    assert make_file("txt", Desk(WRITTEN, pretty=False))["file_text"] == WRITTEN.text + "\n"
    found = json.loads(make_file("json", Desk(WRITTEN))["file_text"])
    assert found == json.loads(json.dumps(WRITTEN.to_dict()))
    assert [step["text"] for step in found["steps"]] == [step.text for step in WRITTEN.steps]
    assert make_file("json", Desk()) == {"file_name": "", "file_text": NOTHING}
