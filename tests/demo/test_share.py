"""A link gives back the view that it was made of, or says which of its fields is damaged."""

from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.decoding.options import METHODS
from core.errors import UserError
from core.pipelines.results import ForcedAttention
from demo import limits, share
from demo.views import PALETTES, SCALES, UNITS, Pin, View
from tests.demo.made import GREETING, two_sentences

PLACE = st.integers(0, 9999)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@st.composite
def views(draw) -> View:
    """A translation of any text with any settings, of which any part is shown and pinned."""
    whole = draw(st.sampled_from([GREETING, two_sentences()]))
    whole = replace(
        whole,
        source=draw(TEXT.filter(str.strip)),
        checkpoint=draw(TEXT),
        method=draw(st.sampled_from(METHODS)),
        beam=draw(st.integers(1, 10)),
        length_penalty=draw(st.floats(0, 2)),
        temperature=draw(st.floats(0.05, 2)),
        seed=draw(st.integers(0, 2**31 - 1)),
        prefix=draw(st.just("") | TEXT.filter(str.strip)),
        prefix_tokens=draw(st.just(()) | st.tuples(PLACE, PLACE)),
        forced=tuple(
            ForcedAttention(step, tuple(sources), to_end)
            for step, sources, to_end in draw(
                st.lists(st.tuples(PLACE, st.lists(PLACE, min_size=1, max_size=3), st.booleans()))
            )
        ),
    )
    drawn = [draw(st.sampled_from(choices)) for choices in (UNITS, SCALES, PALETTES)]
    view = View(whole, draw(st.integers(0, len(whole.sentences or (whole,)) - 1)), 0, *drawn)
    view = view.choose_hypothesis(draw(st.integers(0, len(view.shown.hypotheses) - 1)))
    rows = st.none() | st.integers(0, len(view.target_tokens) - 1)
    columns = st.none() | st.integers(0, len(view.source_tokens) - 1)
    return view.drawn(pin=Pin(draw(rows), draw(columns)))


def opened(shared: share.Shared, view: View) -> View:
    """What the page makes of a link and its result."""
    return shared.opened(shared.at_sentence(view.drawn(**shared.choices)))


@given(views())
def test_a_link_opens_the_view_that_it_was_made_of(view: View) -> None:
    shared = share.from_query("?" + share.to_query(view))
    whole, shown = view.translation, view.shown
    assert shared is not None
    assert shared.request == {
        "text": whole.source,
        "checkpoint": whole.checkpoint,
        "method": whole.method,
        "beam": whole.beam,
        "length_penalty": whole.length_penalty,
        "temperature": whole.temperature,
        "seed": whole.seed,
        "prefix": shown.prefix,
    }
    fixed = {"tokens": shown.prefix_tokens, "forced": shown.forced}
    assert shared.changed == (fixed if any(fixed.values()) else {})
    assert opened(shared, View(whole)) == view


@pytest.mark.parametrize("query", ["", "?", "?beam=3", "?text=", "?__theme=dark", "x=%ff", "&&&"])
def test_a_link_without_a_text_is_none(query: str) -> None:
    assert share.from_query(query) is None


def test_a_text_alone_has_the_defaults_of_the_page() -> None:
    shared = share.from_query("?text=Guten+Morgen%21&utm_source=mail")
    assert shared is not None
    assert shared.request == limits.translate_request(
        "Guten Morgen!", "translate-de-en", "beam", 5, 1.0, 1.0, 0, ""
    )
    assert shared.choices == {"units": "words", "scale": "0-1", "palette": "cividis"}
    assert opened(shared, View(GREETING)) == View(GREETING)


def test_of_a_field_that_is_there_twice_the_last_counts() -> None:
    shared = share.from_query("text=a&text=b&beam=2&beam=3")
    assert shared is not None
    assert (shared.request["text"], shared.request["beam"]) == ("b", 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("beam", "five"),
        ("beam", "0"),
        ("beam", "2.5"),
        ("beam", "1e400"),
        ("length_penalty", "nan"),
        ("length_penalty", "3"),
        ("temperature", "0"),
        ("temperature", "-inf"),
        ("seed", "-1"),
        ("seed", str(2**31)),
        ("seed", "0x10"),
        ("units", "letters"),
        ("scale", "log"),
        ("palette", "jet"),
        ("sentence", "-1"),
        ("hypothesis", "1.0"),
        ("row", "one"),
        ("row", "²"),
        ("column", "9" * 5000),
        ("column", "٣"),
        ("tokens", "1.-2"),
        ("tokens", "1.x"),
        ("tokens", ".".join(["1"] * 501)),
        ("forced", "1"),
        ("forced", "1.²"),
        ("forced", "2.end"),
    ],
)
def test_a_damaged_field_is_named_in_a_sentence(field: str, value: str) -> None:
    with pytest.raises(UserError, match=field) as error:
        share.from_query(urlencode({"text": "Hallo", field: value}))
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 150


@pytest.mark.parametrize("text", ["x" * 2001, " "])
def test_a_text_that_can_not_be_translated_is_told(text: str) -> None:
    with pytest.raises(UserError, match="text"):
        share.from_query(urlencode({"text": text}))


@given(st.text())
def test_any_text_is_a_query(query: str) -> None:
    """It is a link, none, or an error that a person may read."""
    for damaged in (query, f"text={query}", f"text=a&beam={quote(query, errors='replace')}"):
        try:
            share.from_query(damaged)
        except UserError as error:
            assert str(error)


@pytest.mark.parametrize(
    "part", ["sentence=1", "hypothesis=2", "row=2", "column=2", "row=0&column=999999999"]
)
def test_a_part_that_is_not_there_is_told(part: str) -> None:
    shared = share.from_query(f"text=Guten+Morgen&{part}")
    assert shared is not None
    with pytest.raises(UserError, match="a part that this translation does not have"):
        opened(shared, View(GREETING))


def test_a_pin_is_one_of_the_units_of_the_link() -> None:
    shared = share.from_query("text=Guten+Morgen&units=subwords&row=2&column=3")
    assert shared is not None
    assert opened(shared, View(GREETING)).pin == Pin(2, 3)


def test_a_link_to_an_empty_translation_opens() -> None:
    nothing = replace(GREETING.hypotheses[0], text="", words=(), word_attention=())
    nothing = replace(nothing, tokens=GREETING.source_tokens[-1:])
    view = View(replace(GREETING, hypotheses=(nothing,)))
    shared = share.from_query(share.to_query(view))
    assert shared is not None
    assert opened(shared, view) == view
