"""The service answers by the name of a checkpoint, and says what is wrong with a request."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.decoding.options import METHODS, DecodingOptions
from core.errors import UserError
from core.pipelines.results import ForcedAttention
from core.service import DEFAULT, DEFAULT_CORRECTOR, DEFAULT_WRITER, Service
from tests.tiny import (
    characters,
    letters,
    write_checkpoint,
    write_language_model,
    write_translators,
)

TEXT = "Der Hund schläft hier."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_translators(tmp_path)


@pytest.fixture
def service(root: Path) -> Service:
    return Service(root, device="cpu")


def test_a_translation_says_how_it_was_made(service: Service) -> None:
    result = service.translate(TEXT, "tiny", "beam", 3, 0.5, 1.0, 7)
    assert (result.checkpoint, result.method, result.beam, result.seed) == ("tiny", "beam", 3, 7)
    assert (result.length_penalty, result.temperature) == (0.5, 1.0)
    assert result.seconds > 0
    assert service.translate(TEXT).checkpoint == DEFAULT
    assert service.translate(TEXT).beam == 5


@pytest.mark.parametrize("text", ["", " \n\t ", "\u00ad\u200b", "\x00\x07", "\u2028"])
def test_blank_text_is_refused(service: Service, text: str) -> None:
    with pytest.raises(UserError, match="no text to translate"):
        service.translate(text)


def test_a_wrong_value_is_refused_by_its_name(service: Service) -> None:
    for field in ("beam", "length_penalty", "temperature", "seed"):
        with pytest.raises(UserError, match=field):
            service.translate(TEXT, **{field: float("nan")})
    with pytest.raises(UserError, match="method"):
        service.translate(TEXT, method="guess")


def test_lines_are_translated_one_by_one_and_blank_ones_stay(service: Service) -> None:
    lines = [TEXT, "", "Der Vogel wartet. Der Mann ruft.", " \t", "Der Baum fällt."]
    found = service.translate_lines(lines, "tiny", "beam", 3, 0.5)
    alone = [
        line.strip() and service.translate(line, "tiny", "beam", 3, 0.5).text for line in lines
    ]
    assert found == [text.strip() for text in alone]
    assert service.translate_lines(lines, "a-tiny", "beam", 3, 0.5) != found
    assert service.translate_lines([]) == []


def test_one_pair_has_figures_of_a_sentence_and_several_those_of_a_corpus(service: Service) -> None:
    one = service.compare(["The dog sleeps."], ["The dog sleeps."])
    assert (one.bleu, one.chrf, one.ter, one.n) == pytest.approx((100, 100, 0, 1))
    assert "eff:yes" in one.signature
    two = service.compare(["The dog sleeps.", "x"], ["The dog sleeps.", "The bird calls."])
    assert two.n == 2
    assert 0 < two.bleu < 100
    assert "eff:no" in two.signature
    with pytest.raises(UserError, match="each sentence needs one reference"):
        service.compare([], [])


@pytest.mark.parametrize("references", [[], ["The dog sleeps."] * 2])
def test_one_translation_without_its_one_reference_is_refused(service, references) -> None:
    with pytest.raises(UserError, match="each sentence needs one reference"):
        service.compare(["The dog sleeps."], references)


def test_a_hypothesis_is_scored_as_it_was_found(service: Service) -> None:
    best = service.translate(TEXT, "tiny").hypotheses[0]
    scored = service.score(TEXT, best.token_ids, "tiny", alternatives=3)
    assert scored.text == best.text
    assert scored.log_probs == pytest.approx(best.log_probs, abs=1e-4)
    assert [len(place) for place in scored.alternatives] == [3] * len(best.tokens)
    other = service.score(TEXT, best.token_ids, "a-tiny")
    assert other.log_probs != pytest.approx(best.log_probs, abs=1e-2)


def test_forced_attention_changes_a_score_and_its_map(service: Service) -> None:
    free = service.score(TEXT, "The dog sleeps.", "tiny")
    rule = ForcedAttention(0, (0,), to_end=True)
    forced = service.score(TEXT, "The dog sleeps.", "tiny", forced=[rule])
    assert {row[0] for row in forced.attention} == {1.0}
    assert forced.log_probs != pytest.approx(free.log_probs, abs=1e-3)


def test_the_tree_is_that_of_the_search(service: Service) -> None:
    found = service.translate(TEXT, "tiny", "beam", 3, 0.5)
    tree = service.beam_tree(TEXT, "tiny", 3, 0.5)
    finished = [n for n, node in enumerate(tree.nodes) if node.status == "finished"]
    best = max(finished, key=lambda number: tree.nodes[number].score)
    assert tree.path(best) == found.hypotheses[0].token_ids
    assert tree.nodes[best].score == pytest.approx(found.hypotheses[0].score, abs=1e-5)
    assert max(Counter(node.step for node in tree.nodes).values()) <= 2 * 3  # kept, and finished
    assert service.beam_tree(TEXT, "tiny", 2, 0.5) != tree


def test_a_sentence_is_replaced_in_its_text(service: Service) -> None:
    whole = service.translate(f"{TEXT}\nDer Vogel ruft.", "tiny")
    part = service.translate(whole.sentences[1].source, "tiny", prefix="It ")
    changed = service.replace_sentence(whole, 1, part)
    assert changed.text == f"{whole.sentences[0].text}\n{part.text}"
    assert changed.sentences == (whole.sentences[0], part)
    assert len(changed.hypotheses[0].attention) == sum(
        len(one.hypotheses[0].tokens) for one in changed.sentences
    )
    assert service.replace_sentence(part, 0, whole.sentences[1]) == whole.sentences[1]


def test_requests_beside_each_other_give_what_they_give_alone(service: Service) -> None:
    def request(number: int) -> list[str]:
        method = ("sample", "beam", "greedy")[number % 3]
        text = "Der Vogel wartet." if number % 2 else TEXT
        result = service.translate(text, "tiny", method, 3, seed=number % 5)
        return [hypothesis.text for hypothesis in result.hypotheses]

    alone = [request(number) for number in range(30)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(request, range(30))) == alone
    assert len({str(texts) for texts in alone}) > 6


def test_the_pipeline_behind_a_name_is_the_one_that_translates(service: Service) -> None:
    direct = service.translator("tiny").translate(TEXT, DecodingOptions())
    assert direct == service.translate(TEXT, "tiny")


@pytest.fixture
def both(root: Path) -> Service:
    """A service with translators and, of words and of characters, language models."""
    write_language_model(root / DEFAULT_WRITER)
    write_language_model(root / "a-writer", characters(), seed=1)
    return Service(root, device="cpu")


def test_who_asks_for_the_other_kind_is_told_what_the_checkpoint_is(both: Service) -> None:
    calls = [
        lambda: both.translate(TEXT, DEFAULT_WRITER),
        lambda: both.score(TEXT, "The dog.", DEFAULT_WRITER),
        lambda: both.beam_tree(TEXT, DEFAULT_WRITER),
        lambda: both.translate_lines([TEXT], DEFAULT_WRITER),
    ]
    for call in calls:
        with pytest.raises(UserError, match=f"^{DEFAULT_WRITER} is a language model: it does not"):
            call()
    for call in (lambda: both.prompt("Der", "tiny"), lambda: both.score_text("Der", "tiny")):
        with pytest.raises(UserError, match=r"^tiny is a translator: it has no language model"):
            call()
    for name in ("nothing", "", "../tiny"):
        with pytest.raises(UserError, match="there are: a-tiny, a-writer, lm-arxiv-word, tiny"):
            both.prompt("Der", name)


def test_a_model_of_letters_corrects_and_does_nothing_else(root: Path) -> None:
    write_checkpoint(root / DEFAULT_CORRECTOR, 3, letters())
    service = Service(root, device="cpu")
    assert service.checkpoints("spelling") == [DEFAULT_CORRECTOR]
    assert DEFAULT_CORRECTOR not in service.checkpoints()
    assert service.correct("Teh cat", threshold=100.0).text == "Teh cat"
    with pytest.raises(UserError, match=f"^{DEFAULT_CORRECTOR} corrects spelling: it does not tr"):
        service.translate(TEXT, DEFAULT_CORRECTOR)
    with pytest.raises(UserError, match=f"^{DEFAULT_CORRECTOR} corrects spelling: it has no lang"):
        service.prompt("Der", DEFAULT_CORRECTOR)
    with pytest.raises(UserError, match=r"^tiny is a translator: it does not correct"):
        service.correct("Teh cat", "tiny")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [DEFAULT_WRITER, "a-writer"])
def test_a_text_is_generated_step_by_step(both: Service, name: str, method: str) -> None:
    begun = both.prompt("Der Hund", name, 12, method=method, beam=2, seed=3)
    assert (begun.checkpoint, begun.max_tokens, begun.options.seed) == (name, 12, 3)
    steps = list(both.generate(begun))
    written = both.ended(begun.written(*steps))
    assert 0 < len(steps) <= 12
    assert written.finished or len(steps) == 12
    assert written == both.generator(name).write_all([begun])[0] or method not in (
        "greedy",
        "sample",
    )
    if method in ("beam", "beam-sample", "stochastic-beam"):
        assert both.search(begun).steps == written.steps
    found = both.distribution(written, 0)
    assert sum(one.before for one in found.candidates) + found.rest_before == pytest.approx(1)


def test_a_text_is_scored_by_each_model(both: Service) -> None:
    word = both.score_text("Der Hund schläft.")
    sign = both.score_text("Der Hund schläft.", "a-writer")
    assert (word.checkpoint, sign.checkpoint) == (DEFAULT_WRITER, "a-writer")
    assert (word.units, sign.units) == ("word", "character")
    assert (len(word.steps), len(sign.steps)) == (5, 18)
    assert word.perplexity > 1 and sign.bits_per_character > 0
    # A word model reads the comparable text anyway, a character model another one.
    assert word.comparable_bits_per_character == pytest.approx(word.bits_per_character, rel=1e-5)
    lower = both.score_text("der hund schläft .", "a-writer")
    for one in (sign, lower):
        assert one.comparable_bits_per_character == pytest.approx(
            lower.bits_per_character, rel=1e-5
        )
    with pytest.raises(UserError, match="nothing to score"):
        both.score_text("")


def test_a_wrong_value_of_a_writer_is_refused_by_its_name(both: Service) -> None:
    fields = ("temperature", "top_k", "top_p", "min_p", "typical", "repetition_penalty")
    for field in (*fields, "no_repeat_ngram", "beam", "seed", "length_penalty"):
        for value in (float("nan"), -1, "1"):
            with pytest.raises(UserError, match=f"^{field} must be"):
                both.prompt("Der", **{field: value})
    with pytest.raises(UserError, match=r"^method must be"):
        both.prompt("Der", method="guess")


def test_writers_beside_each_other_write_what_they_write_alone(both: Service) -> None:
    def request(number: int) -> str:
        name = (DEFAULT_WRITER, "a-writer")[number % 2]
        method = ("sample", "greedy", "beam")[number % 3]
        begun = both.prompt("Der", name, 20, method=method, beam=2, seed=number % 5)
        return begun.written(*both.generate(begun)).text

    alone = [request(number) for number in range(30)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(request, range(30))) == alone
    assert len(set(alone)) > 6
