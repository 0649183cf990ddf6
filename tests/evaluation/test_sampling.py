"""Every method writes on from the same prompts, and the report compares what they wrote."""

import pytest

from core.checkpoint import load_checkpoint
from core.decoding.options import METHODS as ALL_METHODS
from core.evaluation import sampling
from core.pipelines.generator import TextGenerator
from tests.tiny import DOCUMENTS, write_language_model


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("writer")
    write_language_model(folder)
    writer = TextGenerator(load_checkpoint(folder))
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


def test_the_finding_counts_prompts_where_greedy_wins(report: dict) -> None:
    assert "of 5 prompts greedy decoding found a likelier text" in report["finding"]
