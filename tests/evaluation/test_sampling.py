"""Every method writes on from the same prompts, and the report compares what they wrote."""

import pytest

from core.checkpoint import load_checkpoint
from core.decoding.options import METHODS as ALL_METHODS
from core.decoding.options import DecodingOptions
from core.evaluation import sampling
from core.pipelines.generator import TextGenerator
from tests.tiny import DOCUMENTS, write_language_model


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> TextGenerator:
    folder = tmp_path_factory.mktemp("writer")
    write_language_model(folder)
    return TextGenerator(load_checkpoint(folder))


@pytest.fixture(scope="module")
def report(writer: TextGenerator) -> dict:
    return sampling.compare_methods(writer, DOCUMENTS[:5], "a command")


def test_no_method_is_left_out(report: dict) -> None:
    assert {settings["method"] for settings in sampling.METHODS.values()} == set(ALL_METHODS)
    assert [row["method"] for row in report["rows"]] == list(sampling.METHODS)


def test_figures_are_in_their_range(report: dict) -> None:
    for row in report["rows"]:
        assert row["perplexity"] >= 1
        assert all(0 <= row[name] <= 1 for name in ("distinct_1", "distinct_2", "repetition"))
        assert 0 < row["tokens"] <= 5 * sampling.MAX_TOKENS and 0 <= row["ended"] <= 5
        assert row["seconds_per_text"] > 0 and row["example"]


def test_greedy_text_is_likelier_than_a_drawn_one(report: dict) -> None:
    perplexity = {row["method"]: row["perplexity"] for row in report["rows"]}
    assert perplexity["greedy"] < perplexity["sample"]
    assert perplexity["temperature 0.7"] < perplexity["sample"]


def test_the_finding_counts_prompts_where_greedy_wins(writer: TextGenerator, report: dict) -> None:
    wins = 0
    for document in DOCUMENTS[:5]:
        prompt = " ".join(document.split()[: sampling.PROMPT_WORDS])
        begun = [
            writer.prompt(prompt, DecodingOptions(method, length_penalty=0.0), sampling.MAX_TOKENS)
            for method in ("greedy", "beam")
        ]
        greedy, beam = (sum(one.log_prob for one in writer.write_all([b])[0].steps) for b in begun)
        wins += greedy > beam
    assert f"in {wins} of 5 prompts greedy decoding found a likelier text" in report["finding"]
