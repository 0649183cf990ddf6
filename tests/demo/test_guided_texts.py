"""What a visitor changes in one sentence of several, and what of it a link holds."""

import asyncio
from dataclasses import replace

from core.pipelines.results import ForcedAttention
from core.service import Service
from demo import share
from demo.tabs import translate_guided as guided
from demo.tabs.translate_link import change, make_link, open_link
from demo.views import Pin, View
from demo.work import Worker
from tests.demo.bound import merged
from tests.demo.made import GREETING, THANKS, StandIn, hypothesis
from tests.tiny import write_checkpoint


def force(worker: Worker, service: StandIn, view: View) -> View:
    service.translation = replace(
        THANKS, text="Thank god", hypotheses=(hypothesis("Thank god", -1.0, (6, 8, 3)),)
    )
    return asyncio.run(guided.force(worker, view.drawn(pin=Pin(1, 1)), False))["view"]


def test_back_at_the_free_sentence_the_speed_is_one_that_a_run_had(
    worker, service, two_sentences
) -> None:
    changed = force(worker, service, View(two_sentences).choose_sentence(1))
    summary = asyncio.run(guided.free(worker, changed))["summary"]
    assert " · 500 ms · 12 tokens/s" in summary  # as before the change


def test_the_link_to_a_text_with_a_changed_sentence_can_be_opened(
    worker, service, two_sentences
) -> None:
    """A beginning is for one sentence: the model refuses it with two."""
    part = replace(THANKS, prefix="Thank", prefix_tokens=(6,))
    whole = service.replace_sentence(two_sentences, 1, part)
    assert "prefix" not in make_link(View(whole))["link_query"]


def test_a_beginning_that_the_visitor_typed_is_kept(tmp_path) -> None:
    """The page promises that it is kept to the letter."""
    write_checkpoint(tmp_path / "tiny")
    real = Service(tmp_path, device="cpu")
    begun = real.translate("Der Hund schläft.", "tiny", prefix="It is so")
    view = View(begun, pin=Pin(1, 1))  # "is"
    updates = asyncio.run(guided.force(Worker(real), view, False))
    assert updates["output"].startswith("It is so")


def test_the_link_to_forced_attention_opens_it_and_knows_the_free_translation(
    worker, service
) -> None:
    rule = ForcedAttention(0, (0,))
    made = make_link(View(replace(GREETING, forced=(rule,))))
    updates = asyncio.run(merged(open_link(worker, None, made["link_query"])))
    free, forced = service.requests
    assert "forced" not in free
    assert forced["forced"] == (rule,)
    assert updates["free"]["interactive"]
    assert updates["changes"] is not None


def test_the_link_to_a_changed_sentence_changes_that_sentence_alone(
    worker, service, two_sentences
) -> None:
    part = replace(THANKS, prefix="Thank", prefix_tokens=(6,))
    view = View(two_sentences).choose_sentence(1)
    view = view.with_sentence(service.replace_sentence(two_sentences, 1, part), part)
    service.translation = two_sentences
    made = make_link(view)
    assert "does not hold" not in made["link_said"]
    assert "other sentences" in make_link(view.choose_sentence(0))["link_said"]
    shared = share.from_query(made["link_query"])
    service.translation = part
    opened = asyncio.run(change(worker, shared, View(two_sentences).choose_sentence(1)))
    assert service.requests[-1]["text"] == THANKS.source
    assert service.requests[-1]["tokens"] == (6,)
    assert opened.translation.sentences[0] == two_sentences.sentences[0]
    assert opened.run == opened.translation.sentences[1]
    assert opened.free == two_sentences.sentences[1]
