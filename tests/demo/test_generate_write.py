"""Writing, stopping, going on and putting a rival in a token's place, as the page does them."""

import asyncio
import math
from dataclasses import replace

import pytest

from core.errors import UserError
from demo import growing, limits
from demo.desk import Change, Desk
from demo.tabs import generate_write
from demo.tabs.binding import Updates
from demo.tabs.generate_settings import KNOBS
from demo.tabs.generate_write import go_on, put_rival, stop, write
from demo.work import Worker
from tests.demo.made_text import BEGUN, WHOLE, WORDS, WRITTEN

# Three words, as they are and with the end; the knobs have the values of KNOBS.
KNOB_VALUES = tuple(20 if knob.name == "max_tokens" else knob.value for knob in KNOBS)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def collect(steps) -> list[Updates]:
    async def run() -> list[Updates]:
        return [updates async for updates in steps]

    return asyncio.run(run())


def run(worker: Worker, desk: Desk, prompt: str = "We propose", **changes) -> list[Updates]:
    knobs = [changes.get(knob.name, value) for knob, value in zip(KNOBS, KNOB_VALUES, strict=True)]
    method, checkpoint = changes.get("method", "sample"), changes.get("checkpoint", "tiny-words")
    return collect(write(worker, desk, prompt, checkpoint, method, *knobs))


def tokens(updates: Updates) -> list[str]:
    return [text for text, _ in updates["tokens"]["tokens"]]


def test_a_text_grows_and_ends_with_its_rivals_and_figures(worker, desk) -> None:
    first, *_, last = run(worker, desk)
    assert tokens(first) == [" a"]
    assert (first["output"], first["message"]) == ("We propose a", "")
    assert first["tokens"]["writing"]
    assert first["tokens"]["alternatives"] is None
    assert tokens(last) == [" a", " novel", " net", " .", "</s>"]
    assert last["output"] == "We propose a novel net."
    assert not last["tokens"]["writing"]
    assert last["tokens"]["alternatives"][0] == [[" a", 0.5], [" A", 0.25], ["</s>", 0.25]]
    assert last["tokens"]["note"] == "The model has ended its text."
    # Of the five tokens, three have one bit, one has two, and the end has none.
    assert last["summary"].startswith("tiny-words · sample · seed 0 · 5 tokens · ")
    assert last["summary"].endswith(f" · perplexity {2 ** (5 / 5):.2f}")
    assert desk.generation.steps == WHOLE
    assert (desk.hand, desk.writers) == (None, 0)


def test_only_what_the_method_uses_is_asked_for(worker, service, desk) -> None:
    run(worker, desk, method="greedy", temperature=math.nan, beam="x")
    assert service.requests == [
        {
            "prompt": "We propose",
            "checkpoint": "tiny-words",
            "method": "greedy",
            "max_tokens": 20,
        }
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"temperature": math.nan},
            "temperature must be a number from 0 to 2; it is not a number.",
        ),
        ({"top_k": -1}, "top_k must be a whole number from 0 to 100,000; it is -1."),
        ({"max_tokens": None}, "max_tokens must be a whole number from 1 to 1,000; it is empty."),
        ({"method": "beam", "max_tokens": 301}, "max_tokens must be a whole number from 1 to 300"),
        ({"prompt": "x" * 2001}, "The prompt has 2,001 characters; the limit is 2,000."),
        ({"checkpoint": None}, generate_write.NO_MODEL),
    ],
)
def test_an_error_is_one_sentence_and_leaves_the_text(worker, desk, changes, sentence) -> None:
    desk.generation = WRITTEN
    (updates,) = run(worker, desk, **changes)
    assert updates.keys() == {"message"}
    assert updates["message"].startswith(sentence)
    assert desk.generation is WRITTEN


def test_a_fault_before_the_first_token_leaves_the_last_text(worker, service, desk) -> None:
    run(worker, desk)
    before = desk.generation
    service.fault, service.fails_at = UserError("These settings leave no token to draw."), 0
    *_, last = run(worker, desk, "Another")
    assert last["message"] == str(service.fault)
    assert last["output"] == "We propose a novel net."
    assert desk.generation is before


def test_a_fault_later_keeps_what_was_written(worker, service, desk) -> None:
    service.fault, service.fails_at = UserError("These settings leave no token to draw."), 2
    *_, last = run(worker, desk)
    assert last["message"] == str(service.fault)
    assert tokens(last) == [" a"]  # the turn that fails is lost
    assert last["tokens"]["alternatives"] is not None
    service.fault = service.fails_at = None
    *_, last = collect(go_on(worker, desk, 5))
    assert last["output"] == "We propose a novel net."


def test_words_that_the_model_does_not_know_are_named(worker, desk) -> None:
    updates = run(worker, desk, "zebra and zoo")
    assert updates[0]["message"] == updates[-1]["message"]
    assert updates[0]["message"].startswith("tiny-words does not know these words of the beginning")
    assert updates[0]["message"].endswith(": “zebra”, “zoo”.")


def test_pretty_is_off_for_characters_and_says_why(worker, desk) -> None:
    last = run(worker, desk, checkpoint="tiny-characters")[-1]
    assert not last["shown"]["interactive"]
    assert last["raw_only"].startswith("Pretty is for models that write words")
    assert last["output"] == "We propose a novel net ."
    last = run(worker, desk)[-1]
    assert last["shown"]["interactive"]
    assert last["raw_only"] == ""


# Stop.


async def stop_after(worker: Worker, desk: Desk, count: int) -> list[Updates]:
    """Press Stop when so many updates have come; return all that came."""
    seen, stopping = [], []
    async for updates in write(worker, desk, "We", "tiny-words", "sample", *KNOB_VALUES):
        seen.append(updates)
        if len(seen) == count:
            stopping.append(asyncio.ensure_future(stop(desk)))
            await asyncio.sleep(0.01)
    assert await asyncio.gather(*stopping) == [{}]
    return seen


def test_stop_keeps_what_was_written(worker, desk) -> None:
    desk.slow = True
    seen = asyncio.run(stop_after(worker, desk, 2))
    assert len(seen) == 3
    assert tokens(seen[-1]) == tokens(seen[-2]) == [" a", " novel"]
    assert seen[-1]["message"] == "Stopped; what was written stays."
    assert seen[-1]["tokens"]["note"] == "Not ended: it was stopped."
    assert len(seen[-1]["tokens"]["alternatives"]) == 2
    assert seen[-1]["summary"].endswith(f" · perplexity {2**1.5:.2f}")
    assert desk.generation.steps == WORDS[:2]


def test_stop_ends_a_search_that_has_nothing_to_show_yet(worker, service, desk) -> None:
    async def press() -> list[Updates]:
        desk.generation = WRITTEN
        seen = []
        async for updates in write(worker, desk, "We", "tiny-words", "beam", *KNOB_VALUES):
            seen.append(updates)
            desk.stop()
        return seen

    class Slow(Worker):
        async def generate(self, generation):
            await asyncio.sleep(60)
            yield generation

    worker = Slow(service)
    first, last = asyncio.run(press())
    assert first == {"message": "Writing …"}
    assert last["message"] == "Stopped; what was written stays."
    assert last["output"] == "We propose a novel net."


def test_stop_also_stops_what_only_waits(desk) -> None:
    assert asyncio.run(stop(desk)) == {"message": "Stopped; the last result is shown."}


def test_a_second_text_stops_the_first_which_says_nothing_more(worker, desk) -> None:
    async def both() -> list[Updates]:
        desk.slow = True
        first = write(worker, desk, "One", "tiny-words", "sample", *KNOB_VALUES)
        seen = [await anext(first)]
        desk.slow = False
        second = write(worker, desk, "Two", "tiny-words", "sample", *KNOB_VALUES)
        seen.append(await anext(second))
        seen += [updates async for updates in first]
        seen += [updates async for updates in second]
        return seen

    seen = asyncio.run(both())
    assert [updates["output"][:3] for updates in seen] == ["One", *["Two"] * (len(seen) - 1)]
    assert (desk.hand, desk.writers) == (None, 0)


def test_who_leaves_the_page_leaves_the_desk(worker, desk) -> None:
    async def leave() -> None:
        writing = write(worker, desk, "One", "tiny-words", "sample", *KNOB_VALUES)
        await anext(writing)
        assert worker.streams == 1
        await writing.aclose()
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(leave())
    assert (desk.hand, desk.writers, worker.streams) == (None, 0, 0)


# Pace.


def test_at_reading_speed_tokens_come_one_by_one(worker, desk, monkeypatch) -> None:
    slept = []
    real = asyncio.sleep

    async def nap(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    desk.slow = True
    monkeypatch.setattr(growing.asyncio, "sleep", nap)
    seen = run(worker, desk)
    assert [len(updates["tokens"]["tokens"]) for updates in seen] == [1, 2, 3, 4, 5, 5]
    assert set(slept) == {1 / 5}  # five words a second
    slept.clear()
    seen = run(worker, desk, checkpoint="tiny-characters")
    assert [len(updates["tokens"]["tokens"]) for updates in seen] == [1, 3, 5, 5]
    assert set(slept) == {2 / 25}  # 25 characters a second, two at a time


def test_part_of_a_text_took_part_of_its_time() -> None:
    begun = growing.beginning(WRITTEN, 2)
    assert (begun.steps, begun.finished, begun.seconds) == (WORDS[:2], False, 0.2)


# Continue.


def test_a_stopped_text_goes_on_to_where_it_was_to_end(worker, desk) -> None:
    desk.generation = replace(BEGUN, steps=WORDS[:2], seconds=0.25)
    *_, last = collect(go_on(worker, desk, 1))
    assert desk.generation.steps == WHOLE
    assert desk.generation.options == BEGUN.options
    assert last["output"] == "We propose a novel net."


def test_a_full_text_gets_so_many_more(worker, desk) -> None:
    desk.generation = replace(BEGUN, steps=WORDS[:2], max_tokens=2)
    collect(go_on(worker, desk, 1))
    assert desk.generation.steps == WORDS[:3]
    assert desk.generation.max_tokens == 3
    assert desk.changes == ()


def test_a_search_that_went_on_is_not_one_in_one_go(worker, desk) -> None:
    beam = replace(BEGUN.options, method="beam")
    desk.generation = replace(BEGUN, steps=WORDS[:2], max_tokens=2, options=beam)
    collect(go_on(worker, desk, 1))
    assert desk.changes == (Change(2),)


@pytest.mark.parametrize(
    ("generation", "more", "sentence"),
    [
        (None, 5, "There is no text to continue: write one first."),
        (WRITTEN, 5, "The model has ended its text: put another token in place of its end, "),
        (replace(BEGUN, steps=WORDS * 250, max_tokens=1000), 5, "The text has 1,000 tokens; "),
        (replace(BEGUN, steps=WORDS, max_tokens=4), math.nan, "max_tokens must be a whole number"),
    ],
)
def test_what_can_not_go_on_is_told(worker, desk, generation, more, sentence) -> None:
    desk.generation = generation
    (updates,) = collect(go_on(worker, desk, more))
    assert updates.keys() == {"message"}
    assert updates["message"].startswith(sentence)


def test_a_text_never_grows_beyond_the_limit(desk) -> None:
    full = replace(BEGUN, steps=WORDS * 240, max_tokens=960)
    assert generate_write.continued(full, 500).max_tokens == limits.MAX_TOKENS.high


# Rivals.


def test_a_rival_is_put_in_and_the_rest_written_anew(worker, desk) -> None:
    desk.generation = WRITTEN
    first, *_, last = collect(put_rival(worker, desk, 1, 1))
    assert tokens(first)[:2] == [" a", " NOVEL"]
    assert tokens(last) == [" a", " NOVEL", " net", " .", "</s>"]
    assert last["tokens"]["selected"] == desk.selected == 1
    assert desk.changes == (Change(2, 1, 102),)
    assert desk.kept == 2  # the time is that of the other three
    rate = 3 / desk.generation.seconds
    assert f" · {rate:,.0f} tokens/s · " in last["summary"]


def test_a_change_takes_the_place_of_those_behind_it(worker, desk) -> None:
    desk.generation = WRITTEN
    collect(put_rival(worker, desk, 3, 1))
    collect(put_rival(worker, desk, 0, 1))
    collect(put_rival(worker, desk, 2, 1))
    assert desk.changes == (Change(1, 0, 101), Change(3, 2, 103))


def test_changes_of_a_search_all_count(worker, desk) -> None:
    desk.generation = replace(WRITTEN, options=replace(BEGUN.options, method="beam"))
    collect(put_rival(worker, desk, 3, 1))
    collect(put_rival(worker, desk, 0, 1))
    assert desk.changes == (Change(20, 3, 104), Change(20, 0, 101))


def test_a_rival_in_a_long_search_is_followed_by_no_more_than_one_search_may_write(
    worker, desk
) -> None:
    beam = replace(BEGUN.options, method="beam")
    desk.generation = replace(BEGUN, steps=WORDS * 150, max_tokens=600, options=beam)
    collect(put_rival(worker, desk, 1, 1))
    assert desk.generation.max_tokens == 2 + limits.BEAM_TOKENS.high
    desk.generation = replace(BEGUN, steps=WORDS * 150, max_tokens=600)
    collect(put_rival(worker, desk, 1, 1))
    assert desk.generation.max_tokens == 600


def test_a_text_may_have_gone_on_before_a_token_is_replaced(worker, desk) -> None:
    desk.generation, desk.changes = WRITTEN, (Change(3),)  # a link may say so of any method
    collect(put_rival(worker, desk, 1, 1))
    assert desk.changes == (Change(2, 1, 102),)


def test_the_end_may_take_the_place_of_a_token(worker, desk) -> None:
    desk.generation = WRITTEN
    *_, last = collect(put_rival(worker, desk, 2, 2))
    assert tokens(last) == [" a", " novel", "</s>"]
    assert last["tokens"]["note"] == "The model has ended its text."
    assert desk.generation.finished


@pytest.mark.parametrize(
    ("index", "rank"), [(9, 0), (-1, 0), (0, 9), (0, -1), (None, 0), ("1", 0), (0, None)]
)
def test_a_rival_that_is_not_there_changes_nothing(worker, desk, index, rank) -> None:
    desk.generation = WRITTEN
    assert collect(put_rival(worker, desk, index, rank)) == []
    assert desk.generation is WRITTEN
    desk.generation = None
    assert collect(put_rival(worker, desk, index, rank)) == []
