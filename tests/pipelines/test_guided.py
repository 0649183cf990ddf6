"""A beginning is kept to the character, forced attention is reported, any translation is scored."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.checkpoint import load_checkpoint
from core.decoding.options import METHODS, DecodingOptions
from core.errors import UserError
from core.evaluation.held_out import NUMERALS, numeral_sentences
from core.pipelines.joined import replace_sentence
from core.pipelines.results import ForcedAttention
from core.pipelines.translator import Translator
from core.service import CHECKPOINTS, DEFAULT
from tests.tiny import TEXTS, tokenizer, write_checkpoint

TEXT = "Der Hund schläft."
BEAM = DecodingOptions(beam=3)


@pytest.fixture(scope="module")
def translator(tmp_path_factory) -> Translator:
    folder: Path = tmp_path_factory.mktemp("checkpoints") / "tiny"
    write_checkpoint(folder)
    return Translator(load_checkpoint(folder))


@pytest.mark.slow
def test_a_prefix_cut_at_any_character_of_a_translation_is_kept() -> None:
    shipped = Translator(load_checkpoint(CHECKPOINTS / DEFAULT))
    sentences = [text for part in NUMERALS for text in numeral_sentences(part)][::10]
    assert len(sentences) == 10
    lost = []
    for sentence in sentences:
        text = shipped.translate(sentence, DecodingOptions("greedy")).text
        for cut in range(1, len(text) + 1):
            found = shipped.translate(sentence, DecodingOptions(beam=2), prefix=text[:cut])
            lost += [h.text for h in found.hypotheses if not h.text.startswith(text[:cut])]
    assert lost == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("prefix", [text for text in TEXTS if text] + ["Ja ", "  x", "a\nb"])
def test_any_prefix_is_kept(translator: Translator, method: str, prefix: str) -> None:
    found = translator.translate(TEXT, DecodingOptions(method, beam=2), prefix=prefix)
    assert found.prefix == prefix
    for one in found.hypotheses:
        assert one.text.startswith(prefix)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_beginning_is_finished_words_and_a_rest(text: str) -> None:
    pieces = tokenizer()
    begun, rest = pieces.begin(text)
    assert pieces.decode(begun) + rest.decode() == text
    assert " " not in rest.decode()[1:]


def test_the_spelling_of_ids_is_what_they_decode_to() -> None:
    pieces = tokenizer()
    spelling = pieces.spelling()
    assert len(spelling) == pieces.eos_id
    for text in TEXTS:
        assert b"".join(spelling[piece.id] for piece in pieces.encode(text)) == text.encode()


def test_tokens_that_stand_before_are_kept(translator: Translator) -> None:
    free = translator.translate(TEXT, BEAM).hypotheses[0]
    kept = (*free.token_ids[:2], 7)
    again = translator.translate(TEXT, BEAM, tokens=kept)
    for one in again.hypotheses:
        assert one.token_ids[:3] == kept
        assert one.log_probs[:2] == pytest.approx(free.log_probs[:2], abs=1e-4)


def test_forced_attention_is_in_the_map_and_in_the_result(translator: Translator) -> None:
    rule = ForcedAttention(1, (0, 2))
    result = translator.translate(TEXT, BEAM, forced=[rule])
    assert result.forced == (rule,)
    for one in result.hypotheses:
        assert one.attention[1] == tuple(
            0.5 if place in (0, 2) else 0.0 for place in range(len(result.source_tokens))
        )


def test_two_sentences_can_not_begin_with_one_prefix(translator: Translator) -> None:
    with pytest.raises(UserError, match="there are 2 here"):
        translator.translate("Der Hund schläft. Der Vogel ruft.", BEAM, prefix="x")


@pytest.mark.parametrize("fixed", [{"tokens": [1]}, {"forced": [ForcedAttention(0, (1,))]}])
def test_a_sentence_that_was_given_out_is_not_split_again(translator, fixed: dict) -> None:
    # Where a line has capitals, no small letter begins a sentence.
    whole = translator.translate("der hund schläft. er wartet. Er ruft.", BEAM)
    first = whole.sentences[0].source
    assert first == "der hund schläft. er wartet."
    assert len(translator.translate(first, BEAM).sentences) == 2
    changed = translator.translate(first, BEAM, **fixed)
    assert changed.source == first and not changed.sentences


@pytest.mark.parametrize("rule", [ForcedAttention(0, (99,)), ForcedAttention(-1, (0,))])
def test_a_place_that_is_not_there_is_named(translator: Translator, rule) -> None:
    with pytest.raises(UserError, match="forced attention"):
        translator.translate(TEXT, BEAM, forced=[rule])


def test_scoring_a_hypothesis_gives_what_the_search_gave(translator: Translator) -> None:
    for one in translator.translate(TEXT, BEAM).hypotheses:
        scored = translator.score(TEXT, one.token_ids, alternatives=10)
        assert (scored.text, scored.tokens, scored.words) == (one.text, one.tokens, one.words)
        assert scored.log_probs == pytest.approx(one.log_probs, abs=1e-4)
        for row, expected in zip(scored.attention, one.attention, strict=True):
            assert row == pytest.approx(expected, abs=1e-4)
        assert [len(place) for place in scored.alternatives] == [10] * len(one.tokens)


def test_a_reference_is_read_to_its_end(translator: Translator) -> None:
    scored = translator.score(TEXT, "The dog sleeps.")
    assert scored.text == "The dog sleeps."
    assert scored.tokens[-1].text == "</s>"
    assert scored.alternatives == ()


def test_an_end_before_the_end_is_not_scored(translator: Translator) -> None:
    end = tokenizer().eos_id
    with pytest.raises(UserError, match="the end of the sentence only as their last"):
        translator.score(TEXT, [5, end, 7])


@pytest.mark.parametrize("token", [-1, 10**6])
def test_an_id_that_is_never_written_is_not_scored(translator: Translator, token: int) -> None:
    with pytest.raises(UserError, match="tokens must be ids from 0"):
        translator.score(TEXT, [5, token])


def test_nothing_has_no_tree(translator: Translator) -> None:
    with pytest.raises(UserError, match="nothing to translate"):
        translator.beam_tree(" ", BEAM)


@pytest.mark.parametrize(
    ("source", "target"),
    [("", "x"), (" ", "x"), (TEXT, ""), (TEXT, "\t"), (TEXT, []), (TEXT, "x " * 999)],
)
def test_nothing_to_score_is_refused(translator: Translator, source: str, target) -> None:
    with pytest.raises(UserError, match="To score a translation"):
        translator.score(source, target)


def test_the_tree_has_a_path_for_each_hypothesis(translator: Translator) -> None:
    result = translator.translate(TEXT, BEAM)
    tree = translator.beam_tree(TEXT, BEAM)
    ends = [n for n, node in enumerate(tree.nodes) if node.status == "finished"]
    assert [tree.path(n) for n in ends] == [one.token_ids for one in result.hypotheses]
    assert tree.nodes[0].text == "<s>"
    guided = translator.beam_tree(TEXT, BEAM, tokens=[5])
    assert {node.token_id for node in guided.nodes if node.step == 1} == {5}


def test_a_sentence_of_a_text_is_replaced(translator: Translator) -> None:
    text = "Der Hund schläft.\n\nDer Hund schläft. Der Vogel ruft."
    whole = translator.translate(text, BEAM)
    part = translator.translate(whole.sentences[1].source, BEAM, prefix="It ")
    changed = replace_sentence(whole, 1, part)
    first, second, third = changed.sentences
    assert (first, second, third) == (whole.sentences[0], part, whole.sentences[2])
    assert changed.text == f"{first.text}\n\n{second.text} {third.text}"
    assert (changed.prefix, changed.seconds) == ("", whole.seconds)  # of its own run
    assert replace_sentence(whole.sentences[0], 0, part) == part
    with pytest.raises(ValueError, match="not one of this sentence"):
        replace_sentence(whole, 2, part)
