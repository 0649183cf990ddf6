"""What a language model writes on from a prompt, and that it is what the model itself gives.

The models are random: they write noise, and each token of it depends on all before.
"""

import json
import math
from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch import Tensor

from core.checkpoint import Checkpoint
from core.decoding.filters import filters_of
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.evaluation.perplexity import score_documents
from core.pipelines.generation import Distribution, Generation
from core.pipelines.generator import TextGenerator
from core.pipelines.results import END
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import ClosedTokenizer
from core.tokenizers.word import WordTokenizer
from tests.tiny import DOCUMENTS, characters, language_model, words

GREEDY = DecodingOptions("greedy")
EVERY_FILTER = DecodingOptions(
    "sample",
    seed=4,
    repetition_penalty=1.3,
    no_repeat_ngram=2,
    temperature=0.8,
    top_k=20,
    top_p=0.95,
    min_p=0.01,
    typical=0.95,
)
SETTINGS = [
    GREEDY,
    DecodingOptions("sample", seed=1),
    DecodingOptions("sample", seed=2, repetition_penalty=1.5, no_repeat_ngram=2),
    EVERY_FILTER,
]
BEAMS = [
    DecodingOptions(f"{name}beam{more}", beam=3, seed=5)
    for name, more in (("", ""), ("", "-sample"), ("stochastic-", ""))
]
PROMPTS = ["Der Hund schläft", "", "The", "Der Mann ruft nie. The man never calls. Der Vogel"]
LENGTH = 25


def made(
    pieces: ClosedTokenizer, seed: int = 0, tempting: float = 0.0, ending: float = 1.0
) -> TextGenerator:
    """A writer with a random model; ``tempting`` is added to the logit of ``<unk>``."""
    model = language_model(
        seed, writable=pieces.eos_id + 1, vocab_size=pieces.vocab_size, ending=ending
    )
    with torch.no_grad():
        model.bias[pieces.unk_id] += tempting
    return TextGenerator(Checkpoint("tiny", model, (pieces,), {}))


@pytest.fixture(params=[words, characters], ids=["words", "characters"])
def pieces(request: pytest.FixtureRequest) -> ClosedTokenizer:
    return request.param()


@pytest.fixture
def writer(pieces: ClosedTokenizer) -> TextGenerator:
    return made(pieces)


def logits(writer: TextGenerator, ids: tuple[int, ...]) -> Tensor:
    """Those (T + 1, V) of each next token behind ``<s>`` and the ids, read at once."""
    read = torch.tensor([[writer.tokenizer.bos_id, *ids]])
    with torch.no_grad():
        features, _ = writer.model(read, writer.model.start(1))
        return writer.model.project(features)[0]


def given(writer: TextGenerator, ids: tuple[int, ...]) -> Tensor:
    """Log-probabilities (T + 1, V) of each next token behind ``<s>`` and the ids."""
    return logits(writer, ids).log_softmax(1)


def write(writer: TextGenerator, prompt: str, options: DecodingOptions = GREEDY) -> Generation:
    return writer.write_all([writer.prompt(prompt, options, LENGTH)])[0]


def check_same(one: Generation, other: Generation) -> None:
    """They are equal, but for the last bits of what was measured."""
    assert (one.ids, one.text, one.finished) == (other.ids, other.text, other.finished)
    for step, again in zip(one.steps, other.steps, strict=True):
        assert (step.id, step.text) == (again.id, again.text)
        assert step.log_prob == pytest.approx(again.log_prob, abs=1e-4)
        assert step.removed_by == again.removed_by
        assert [rival.id for rival in step.alternatives] == [r.id for r in again.alternatives]


def check_measured(writer: TextGenerator, written: Generation) -> None:
    """Log-probabilities and rivals are those of the model's forward."""
    expected = given(writer, written.ids)
    for place, step in enumerate(written.steps, len(written.prompt_ids)):
        assert step.log_prob == pytest.approx(expected[place, step.id].item(), abs=1e-4)
        best = expected[place].topk(10)
        assert [rival.id for rival in step.alternatives] == best.indices.tolist()
        assert [r.log_prob for r in step.alternatives] == pytest.approx(
            best.values.tolist(), abs=1e-4
        )
        assert len(step.removed_by) == 10


@pytest.mark.parametrize("options", SETTINGS, ids=range(len(SETTINGS)))
@pytest.mark.parametrize("prompt", PROMPTS)
def test_it_is_written_token_by_token(
    writer: TextGenerator, prompt: str, options: DecodingOptions
) -> None:
    begun = writer.prompt(prompt, options, LENGTH)
    whole = writer.write_all([begun])[0]
    steps = list(writer.write(begun))
    check_same(writer.ended(begun.written(*steps)), whole)
    assert len(steps) == LENGTH or whole.finished
    assert whole.text == prompt + "".join(step.text for step in steps)
    check_measured(writer, whole)


def test_greedy_takes_the_likeliest_that_can_be_written(writer: TextGenerator) -> None:
    written = write(writer, PROMPTS[0])
    unknown = torch.tensor([writer.tokenizer.unk_id])
    expected = given(writer, written.ids).index_fill(1, unknown, -torch.inf)
    places = range(len(written.prompt_ids), len(written.ids))
    assert [step.id for step in written.steps] == [expected[n].argmax().item() for n in places]


def test_who_stops_taking_steps_stops_the_model(writer: TextGenerator) -> None:
    begun = writer.prompt("Der", DecodingOptions("sample"), 1_000_000)
    taken = 0
    step = writer.model.step

    def counted(*arguments):
        nonlocal taken
        taken += 1
        return step(*arguments)

    writer.model.step = counted
    try:
        assert len(list(islice(writer.write(begun), 3))) == 3
    finally:
        del writer.model.step
    assert taken == 3


@pytest.mark.parametrize("options", SETTINGS, ids=range(len(SETTINGS)))
@pytest.mark.parametrize("prompt", PROMPTS[:2])
def test_who_stops_and_goes_on_has_what_was_never_stopped(
    pieces: ClosedTokenizer, prompt: str, options: DecodingOptions
) -> None:
    writer = made(pieces, ending=-9.0)  # so that there is much to write
    begun = writer.prompt(prompt, options, LENGTH)
    whole = writer.write_all([begun])[0]
    assert len(whole.steps) == LENGTH
    for count in (0, 1, 2, 3, 7, 12, LENGTH - 1, LENGTH):
        stopped = begun.written(*islice(writer.write(begun), count))
        assert len(stopped.steps) == count
        for resumed in (
            writer.ended(stopped.written(*writer.write(stopped))),
            writer.write_all([stopped])[0],
        ):
            check_same(resumed, whole)


@pytest.mark.parametrize("options", SETTINGS, ids=range(len(SETTINGS)))
def test_a_batch_of_prompts_gives_what_each_gives_alone(
    writer: TextGenerator, options: DecodingOptions
) -> None:
    begun = [writer.prompt(prompt, options, LENGTH) for prompt in PROMPTS]
    # One of them has been begun before, one has less to write.
    begun[2] = begun[2].written(*islice(writer.write(begun[2]), 4))
    begun[3] = replace(begun[3], max_tokens=5)
    together = writer.write_all(begun)
    for one, alone in zip(together, begun, strict=True):
        check_same(one, writer.write_all([alone])[0])
    assert len({one.text for one in together}) == len(PROMPTS)


@pytest.mark.parametrize("options", [*SETTINGS, *BEAMS], ids=range(len(SETTINGS) + len(BEAMS)))
def test_unknown_is_never_written_however_likely_it_is(
    pieces: ClosedTokenizer, options: DecodingOptions
) -> None:
    writer = made(pieces, tempting=20.0, ending=-9.0)
    written = write(writer, PROMPTS[0], options)
    assert len(written.steps) > 3
    assert pieces.unk_id not in [step.id for step in written.steps]
    for text in (written.text, *(one.text for one in written.hypotheses)):
        assert "<unk>" not in text and "\ufffd" not in text
    # It is shown among the rivals, as what the model would have taken.
    for step in written.steps:
        assert step.alternatives[0].id == pieces.unk_id
        assert step.alternatives[0].log_prob > -0.1 > step.log_prob
        assert options.method not in ("greedy", "sample") or step.removed_by[0] == "never"


def test_a_prompt_with_unknown_words_works_and_names_them() -> None:
    begun = made(words()).prompt(" Der Kater, the Cat und Der Kater ", GREEDY, LENGTH)
    assert begun.unknown == ("Kater", ",", "Cat", "und")
    assert begun.prompt == "Der Kater, the Cat und Der Kater"
    assert begun.prompt_words == ("der", "kater", ",", "the", "cat", "und", "der", "kater")
    unk = words().unk_id
    assert begun.prompt_ids == (1, unk, unk, 2, unk, unk, 1, unk)
    by_sign = made(characters()).prompt("Quer?", GREEDY, LENGTH)
    assert by_sign.unknown == ("Q", "?")
    assert by_sign.prompt_words == tuple("Quer?")
    for one in (made(words()).write_all([begun])[0], made(characters()).write_all([by_sign])[0]):
        assert one.steps and one.text.startswith(one.prompt)
    assert made(words()).prompt("DER HUND", GREEDY, LENGTH).unknown == ()


def test_the_words_of_a_prompt_have_capitals_where_the_model_reads_them() -> None:
    pieces = WordTokenizer.train(DOCUMENTS, min_frequency=1, split="space")
    begun = made(pieces).prompt("Der Hund RUFT hier.", GREEDY, LENGTH)
    assert begun.prompt_words == ("Der", "Hund", "RUFT", "hier.")


@pytest.mark.parametrize("prompt", ["", " ", "\n\t"])
def test_without_a_prompt_a_document_begins(prompt: str) -> None:
    begun = made(words()).prompt(prompt, GREEDY, LENGTH)
    assert (begun.prompt, begun.prompt_ids, begun.unknown) == ("", (), ())
    written = made(words()).write_all([begun])[0]
    check_measured(made(words()), written)
    first, second = written.steps[:2]
    # No space before the first word, nor before what might have stood there.
    assert first.text == first.text.strip()
    assert {rival.text for rival in first.alternatives} & {"der", "the", "."}
    assert not any(rival.text.startswith(" ") for rival in first.alternatives)
    assert second.text == " " + second.text.strip()
    assert written.text == " ".join(step.text.strip() for step in written.steps).strip()


# As people paste it: an accent of its own, a soft hyphen, lines, spaces.
PASTED, CLEAN = " Der\n Hund  scha\u0308\u00adft\thier.\r\n", "Der Hund schäft hier."


def test_text_is_cleaned_as_that_of_the_training_part_is(writer: TextGenerator) -> None:
    begun, clean = (writer.prompt(text, GREEDY, LENGTH) for text in (PASTED.rstrip(), CLEAN))
    assert begun == clean
    assert writer.score(PASTED) == writer.score(CLEAN)
    for spaces in ("", " ", "\n", "\u00ad"):
        assert writer.prompt(spaces, GREEDY, LENGTH).prompt_ids == ()


def test_the_spaces_of_a_prompt_are_characters_of_it() -> None:
    writer = made(characters())
    assert writer.prompt("Der ", GREEDY, LENGTH).prompt_ids == tuple(
        piece.id for piece in characters().encode("Der ")
    )
    assert write(writer, "Der ").text.startswith("Der ")
    assert writer.prompt("Der\n\n", GREEDY, LENGTH).prompt == "Der "
    assert made(words()).prompt("Der ", GREEDY, LENGTH).prompt == "Der"


def test_a_rival_takes_the_place_of_a_token_and_it_goes_on_from_there(
    writer: TextGenerator,
) -> None:
    written = write(writer, PROMPTS[0])
    for index in (0, 3):
        ranks = [
            rank
            for rank, rival in enumerate(written.steps[index].alternatives)
            if rival.id not in (written.steps[index].id, writer.tokenizer.unk_id)
            and rival.text != END
        ]
        rival = written.steps[index].alternatives[ranks[0]]
        changed = written.with_rival(index, ranks[0])
        assert changed.steps[:index] == written.steps[:index]
        assert len(changed.steps) == index + 1
        assert not changed.finished
        last = changed.steps[index]
        assert (last.id, last.text, last.log_prob) == (rival.id, rival.text, rival.log_prob)
        assert last.alternatives == written.steps[index].alternatives
        again = writer.write_all([changed])[0]
        assert again.steps[: index + 1] == changed.steps
        assert len(again.steps) > index + 1
        check_measured(writer, again)
        assert again.text == written.prompt + "".join(step.text for step in again.steps)


@pytest.mark.parametrize("method", ["greedy", "sample", "beam"])
def test_what_can_not_be_written_can_not_be_put_either(
    pieces: ClosedTokenizer, method: str
) -> None:
    written = write(made(pieces), "Der", DecodingOptions(method, seed=3))
    index, rank = next(
        (index, rank)
        for index, step in enumerate(written.steps)
        for rank, rival in enumerate(step.alternatives)
        if rival.id == pieces.unk_id
    )
    with pytest.raises(
        UserError, match=r"^What the model does not know can't be written: choose another"
    ):
        written.with_rival(index, rank)


def test_the_end_as_a_rival_ends_the_text(pieces: ClosedTokenizer) -> None:
    writer = made(pieces)
    written = write(writer, "Der", DecodingOptions("sample", seed=3))
    index, rank = next(
        (index, rank)
        for index, step in enumerate(written.steps)
        for rank, rival in enumerate(step.alternatives)
        if rival.text == END and step.id != pieces.eos_id
    )
    ended = written.with_rival(index, rank)
    assert ended.finished and ended.steps[-1].id == pieces.eos_id
    assert ended.text == "Der" + "".join(step.text for step in written.steps[:index])
    assert list(writer.write(ended)) == []
    for rank in (10, 99):
        with pytest.raises(IndexError):
            written.with_rival(0, rank)
    with pytest.raises(IndexError):
        written.with_rival(LENGTH + 1, 0)


@pytest.mark.parametrize("options", [*SETTINGS, *BEAMS], ids=range(len(SETTINGS) + len(BEAMS)))
def test_a_finished_text_is_not_written_on(
    pieces: ClosedTokenizer, options: DecodingOptions
) -> None:
    writer = made(pieces, ending=4.0)
    finished = write(writer, "Der Hund", options)
    assert finished.finished and finished.steps[-1].id == pieces.eos_id
    assert finished.steps[-1].text == ""
    assert len(finished.steps) < LENGTH
    assert list(writer.write(finished)) == []
    assert writer.write_all([finished]) == [finished]
    # Beside one that goes on it stays as it is as well.
    going_on = writer.prompt("The", options, LENGTH)
    together = writer.write_all([finished, going_on, finished])
    assert together[0] == together[2] == finished
    check_same(together[1], writer.write_all([going_on])[0])


@pytest.mark.parametrize("options", [*SETTINGS, *BEAMS], ids=range(len(SETTINGS) + len(BEAMS)))
def test_no_more_than_the_allowed_tokens_are_written(
    pieces: ClosedTokenizer, options: DecodingOptions
) -> None:
    writer = made(pieces, ending=-99.0)
    begun = writer.prompt("Der Hund", options, 6)
    full = writer.write_all([begun])[0]
    assert len(full.steps) == 6 and not full.finished
    assert list(writer.write(full)) == []
    assert writer.write_all([full]) == [full]
    more = writer.write_all([replace(full, max_tokens=8)])[0]
    assert len(more.steps) == 8
    assert more.steps[:6] == full.steps


def distribution_by_hand(
    writer: TextGenerator, written: Generation, index: int, options: DecodingOptions
) -> tuple[Tensor, Tensor, dict[int, str]]:
    """Probabilities (V,) before and after the filters, and which one has removed which id."""
    ids = written.ids[: len(written.prompt_ids) + index]
    left, removed = logits(writer, ids)[-1:], {}
    before = left[0].double().softmax(0)
    for name, apply in filters_of(options, never=(writer.tokenizer.unk_id,)):
        left = apply([list(ids)], left)
        for token in (left[0] == -torch.inf).nonzero().flatten().tolist():
            removed.setdefault(token, name)
    return before, left[0].double().softmax(0), removed


@pytest.mark.parametrize("options", [*SETTINGS, *BEAMS], ids=range(len(SETTINGS) + len(BEAMS)))
def test_a_distribution_is_that_of_its_step_before_and_after_the_filters(
    writer: TextGenerator, options: DecodingOptions
) -> None:
    written = write(writer, PROMPTS[0], options)
    for index, step in enumerate(written.steps):
        found = writer.distribution(written, index)
        before, after, removed = distribution_by_hand(writer, written, index, options)
        assert (found.step, len(found.candidates)) == (index, 30)
        shown = [one.id for one in found.candidates]
        assert [one.before for one in found.candidates] == pytest.approx(
            before[shown].tolist(), abs=1e-4
        )
        assert [one.after for one in found.candidates] == pytest.approx(
            after[shown].tolist(), abs=1e-4
        )
        assert [one.removed_by for one in found.candidates] == [removed.get(n) for n in shown]
        check_sums(found, before, after)
        likeliness = [one.before for one in found.candidates]
        assert likeliness == sorted(likeliness, reverse=True)
        # It is the step's own: the same rivals in the same order, and the token that was written.
        assert shown[:10] == [rival.id for rival in step.alternatives]
        if options.method in ("greedy", "sample"):
            assert [one.removed_by for one in found.candidates[:10]] == list(step.removed_by)
        if found.chosen is None:
            assert step.id not in shown
        else:
            chosen = found.candidates[found.chosen]
            assert chosen.id == step.id
            assert chosen.before == pytest.approx(math.exp(step.log_prob), abs=1e-4)
            assert chosen.after > 0 and chosen.removed_by is None


def check_sums(found: Distribution, before: Tensor, after: Tensor) -> None:
    """The bars add to 1, and the bar for the rest is what the others have."""
    shown = torch.tensor([one.id for one in found.candidates])
    for name, everything in (("before", before), ("after", after)):
        values = [getattr(one, name) for one in found.candidates]
        rest = getattr(found, f"rest_{name}")
        assert min(values) >= 0 and rest >= 0
        assert sum(values) + rest == pytest.approx(1, abs=1e-6)
        assert rest == pytest.approx(everything.index_fill(0, shown, 0).sum().item(), abs=1e-4)


def test_a_token_is_removed_by_the_first_filter_that_does_so(writer: TextGenerator) -> None:
    written = write(writer, "Der Hund ruft. Der", EVERY_FILTER)
    order = ["never", "no_repeat_ngram", "top_k", "top_p", "min_p", "typical"]
    found = {
        one.removed_by
        for index in range(len(written.steps))
        for one in writer.distribution(written, index).candidates
    }
    assert found <= {None, *order}
    assert {None, "never", "no_repeat_ngram", "top_k", "top_p"} <= found
    # A narrower filter behind a wider one removes only what the wider has left.
    narrow = replace(EVERY_FILTER, top_k=5, top_p=1e-9, min_p=0.0, typical=1.0, no_repeat_ngram=0)
    counts = [
        one.removed_by
        for one in writer.distribution(replace(written, options=narrow), 2).candidates
        if one.removed_by != "never"
    ]
    assert counts.count(None) == 1 and counts.count("top_p") == 4
    assert counts.count("top_k") == len(counts) - 5


@pytest.mark.parametrize("method", ["greedy", "beam"])
def test_a_method_without_filters_shows_none(writer: TextGenerator, method: str) -> None:
    options = replace(EVERY_FILTER, method=method)
    written = write(writer, PROMPTS[0], options)
    for one in writer.distribution(written, 1).candidates:
        assert one.removed_by == ("never" if one.id == writer.tokenizer.unk_id else None)


def test_the_distribution_behind_the_text_is_of_the_next_token(writer: TextGenerator) -> None:
    begun = writer.prompt(PROMPTS[0], DecodingOptions("sample", seed=1), LENGTH)
    stopped = begun.written(*islice(writer.write(begun), 3))
    found = writer.distribution(stopped, 3)
    assert found.chosen is None
    whole = writer.write_all([begun])[0]
    assert found.candidates == writer.distribution(whole, 3).candidates
    full = replace(stopped, max_tokens=3)
    assert writer.distribution(full, 3).candidates == found.candidates


@pytest.mark.parametrize("text", ["Der Hund schläft hier. The cat!", ".", "Nie, nie, NIE"])
def test_a_score_is_what_the_model_gives(writer: TextGenerator, text: str) -> None:
    scored = writer.score(text)
    ids = [piece.id for piece in writer.tokenizer.encode(text)]
    expected = given(writer, tuple(ids))
    targets = [*ids, writer.tokenizer.eos_id]
    assert [step.id for step in scored.steps] == targets
    values = [expected[place, token].item() for place, token in enumerate(targets)]
    assert [step.log_prob for step in scored.steps] == pytest.approx(values, abs=1e-4)
    assert scored.perplexity == pytest.approx(math.exp(-sum(values) / len(values)), rel=1e-4)
    for place, step in enumerate(scored.steps):
        assert [rival.id for rival in step.alternatives] == expected[place].topk(
            10
        ).indices.tolist()
    assert scored.unknown == tuple(dict.fromkeys(writer.tokenizer.unknown(text)))


@pytest.mark.parametrize("text", ["Der Hund schläft hier. The cat!", ".", "Nie, nie, NIE"])
def test_the_figures_of_a_score_are_those_of_a_file_with_that_text(text: str) -> None:
    for pieces, name in (
        (words(), "comparable_bits_per_character"),
        (characters(), "bits_per_character"),
    ):
        writer = made(pieces)
        scored, found = writer.score(text), score_documents(writer.model, pieces, [text])
        assert scored.perplexity == pytest.approx(found.perplexity, rel=1e-5)
        assert scored.bits_per_character == pytest.approx(getattr(found, name), rel=1e-5)
        assert len(scored.steps) == found.tokens


def test_the_strip_of_a_score_spells_the_text() -> None:
    scored = made(words()).score("Der Hund,the Cat.")
    assert [step.text for step in scored.steps] == ["Der", " Hund", " ,", " the", " Cat", " .", ""]
    assert scored.characters == len("Der Hund , the Cat .") + 1
    by_sign = made(characters()).score("Der Q")
    assert [step.text for step in by_sign.steps] == ["D", "e", "r", " ", "Q", ""]
    assert by_sign.characters == 6


@pytest.mark.parametrize("options", [GREEDY, *BEAMS], ids=lambda one: one.method)
def test_a_small_vocabulary_has_no_more_rivals_than_tokens(options: DecodingOptions) -> None:
    few = made(CharacterTokenizer.train(["acgt"], min_frequency=1))
    steps = [*write(few, "ac", options).steps, *few.score("acgt").steps]
    assert {len(step.alternatives) for step in steps} == {few.tokenizer.eos_id + 1}
    assert all(math.isfinite(other.log_prob) for step in steps for other in step.alternatives)


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_has_no_score(text: str) -> None:
    with pytest.raises(UserError, match="nothing to score"):
        made(words()).score(text)


@pytest.mark.parametrize("options", BEAMS, ids=[one.method for one in BEAMS])
@pytest.mark.parametrize("prompt", PROMPTS[:2])
def test_a_beam_gives_its_hypotheses_with_what_the_model_gives_them(
    writer: TextGenerator, prompt: str, options: DecodingOptions
) -> None:
    written = write(writer, prompt, options)
    assert len(written.hypotheses) == 3
    assert len({one.text for one in written.hypotheses}) == 3
    assert written.text == prompt + written.hypotheses[0].text
    assert written.finished == (written.steps[-1].id == writer.tokenizer.eos_id)
    check_measured(writer, written)
    total = sum(step.log_prob for step in written.steps)
    assert written.hypotheses[0].log_prob == pytest.approx(total, abs=1e-3)
    if options.method != "stochastic-beam":
        scores = [one.score for one in written.hypotheses]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] == pytest.approx(total / len(written.steps), abs=1e-4)
    assert list(writer.write(writer.prompt(prompt, options, LENGTH))) == list(written.steps)


def test_a_beam_finds_likelier_texts_than_greedy() -> None:
    # Of one length, so that log-probabilities compare.
    writer = made(words(), ending=-99.0)
    options = DecodingOptions("beam", beam=30)
    better = 0
    for prompt in ("Der", "The", "Der Hund", "Der Vogel", "Der Mann"):
        begun = [writer.prompt(prompt, one, 4) for one in (GREEDY, options)]
        greedy, beam = (
            sum(step.log_prob for step in writer.write_all([one])[0].steps) for one in begun
        )
        assert beam >= greedy - 1e-4
        better += beam > greedy + 1e-3
    assert better


@pytest.mark.parametrize("options", BEAMS, ids=[one.method for one in BEAMS])
def test_a_beam_keeps_what_was_written_before(
    pieces: ClosedTokenizer, options: DecodingOptions
) -> None:
    writer = made(pieces, ending=-9.0)
    begun = writer.prompt("Der", DecodingOptions("sample", seed=3), 12)
    stopped = replace(begun.written(*islice(writer.write(begun), 5)), options=options)
    written = writer.write_all([stopped])[0]
    assert written.steps[:5] == stopped.steps
    assert len(written.steps) == 12
    check_measured(writer, written)
    beginning = "".join(step.text for step in stopped.steps)
    assert all(one.text.startswith(beginning) for one in written.hypotheses)
    assert written.text == written.prompt + written.hypotheses[0].text


@pytest.mark.parametrize(
    "narrow", [{"top_k": 1}, {"top_p": 0.0}, {"top_p": 1e-9}, {"min_p": 1.0}, {"temperature": 0.0}]
)
@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_narrowest_filters_are_greedy(writer: TextGenerator, narrow: dict, prompt: str) -> None:
    greedy = write(writer, prompt)
    for seed in (0, 1):
        found = write(writer, prompt, DecodingOptions("sample", seed=seed, **narrow))
        assert found.ids == greedy.ids


@pytest.mark.parametrize("method", ["sample", "beam-sample", "stochastic-beam"])
def test_a_seed_gives_the_same_text_and_other_seeds_others(
    writer: TextGenerator, method: str
) -> None:
    def text(seed: int) -> str:
        return write(writer, "Der", DecodingOptions(method, beam=2, seed=seed)).text

    texts = [text(seed) for seed in range(8)]
    assert [text(seed) for seed in range(8)] == texts
    assert len(set(texts)) >= 6


def test_when_every_word_is_written_once_the_end_alone_is_left() -> None:
    writer = made(words(), ending=-99.0)
    written = write(writer, "", DecodingOptions("sample", no_repeat_ngram=1))
    assert len({step.id for step in written.steps}) == len(written.steps) == LENGTH
    whole = writer.write_all([replace(written, max_tokens=40)])[0]
    assert whole.finished and len(whole.steps) == 32
    assert sorted(step.id for step in whole.steps) == [*range(31), words().eos_id]


def test_the_perplexity_of_a_text_is_of_the_tokens_that_were_written(
    writer: TextGenerator,
) -> None:
    written = write(writer, "Der", DecodingOptions("sample", temperature=0.5))
    mean = sum(step.log_prob for step in written.steps) / len(written.steps)
    assert written.perplexity == pytest.approx(math.exp(-mean))
    assert writer.prompt("Der", GREEDY, LENGTH).perplexity is None


@pytest.mark.parametrize("options", [EVERY_FILTER, BEAMS[0]], ids=["sample", "beam"])
def test_a_result_is_json_with_every_step(writer: TextGenerator, options: DecodingOptions) -> None:
    written = write(writer, "Der Kater", options)
    found = json.loads(json.dumps(written.to_dict(), allow_nan=False))
    assert found["text"] == written.text
    assert found["pretty"] == written.pretty
    assert [step["text"] for step in found["steps"]] == [step.text for step in written.steps]
    assert found["options"]["method"] == options.method
    assert found["checkpoint"] == "tiny" and found["unknown"]
    scored = json.loads(json.dumps(writer.score("Der Kater").to_dict(), allow_nan=False))
    assert scored["perplexity"] > 1 and scored["tokens"] == len(scored["steps"])


def test_pretty_text_has_no_space_before_its_stops() -> None:
    writer = made(words())
    begun = writer.prompt("der hund , the cat", GREEDY, 3)
    written = writer.write_all([begun])[0]
    assert written.pretty.startswith("Der hund, the cat")
    by_sign = write(made(characters()), "der hund ,")
    assert by_sign.pretty == by_sign.text
