"""What is shown of a translation, read back figure by figure."""

from dataclasses import replace

from core.pipelines.results import Translation
from demo import views
from demo.views import View


def test_the_map_shows_words(translation: Translation) -> None:
    assert views.map_value(View(translation)) == {
        "source": ["Guten", "Morgen"],
        "target": ["Good", "morning"],
        "weights": [[0.125, 0.75], [1.0, 0.0]],
    }


def test_the_map_shows_subwords_with_the_end(translation: Translation) -> None:
    shown = views.map_value(View(translation, units="subwords"))
    assert shown["source"] == ["Guten", "Mor", "gen", "</s>"]
    assert shown["target"] == ["Good", "morning", "</s>"]
    assert shown["weights"][0] == [0.125, 0.5, 0.25, 0.125]


def test_each_hypothesis_has_its_own_map(translation: Translation) -> None:
    assert views.map_value(View(translation, hypothesis=1))["target"] == ["Morning,", "good"]


def test_each_sentence_has_its_own_map(two_sentences: Translation) -> None:
    view = View(two_sentences, hypothesis=1).choose_sentence(1)
    assert views.map_value(view)["target"] == ["Thank", "you"]
    assert view.hypothesis == 0


def test_the_list_has_texts_and_scores(translation: Translation) -> None:
    assert views.list_value(View(translation, hypothesis=1)) == {
        "items": [
            {"text": "Good morning", "score": "−0.25"},
            {"text": "Morning, good", "score": "−0.75"},
        ],
        "chosen": 1,
    }


def test_a_cell_is_told_in_words(translation: Translation) -> None:
    line = views.cell_line(View(translation), row=0, column=1)
    assert line == "“Good” looks at “Morgen” with weight 0.75"


def test_sentences_are_numbered_and_shortened(two_sentences: Translation) -> None:
    long = replace(two_sentences.sentences[1], source="Danke " * 20)
    text = replace(two_sentences, sentences=(two_sentences.sentences[0], long))
    first, second = views.sentence_choices(View(text))
    assert first == ("1. Guten Morgen", 0)
    assert second[0].startswith("2. Danke Danke")
    assert second[0].endswith("…")
    assert len(second[0]) == len("2. ") + views.SHORT


def test_the_summary_names_what_the_method_used(translation: Translation) -> None:
    line = views.summary_line(translation)
    assert line == (
        "tiny · beam 2 · length penalty 1 · seed – · 3 tokens · 500 ms · 6 tokens/s · "
        "log-probability −1.00"
    )
    assert "greedy · seed –" in views.summary_line(replace(translation, method="greedy"))
    sampled = replace(translation, method="sample", temperature=0.8, seed=42)
    assert "sample · temperature 0.8 · seed 42 · 3 tokens" in views.summary_line(sampled)


def test_the_summary_counts_all_sentences(two_sentences: Translation) -> None:
    line = views.summary_line(two_sentences)
    assert "6 tokens" in line
    assert line.endswith("log-probability −2.00")


def test_a_map_that_no_browser_could_draw_is_told(translation: Translation, monkeypatch) -> None:
    monkeypatch.setattr(views, "MAP_CELLS", 11)
    assert views.map_value(View(translation))  # 2 by 2 words
    large = View(translation, units="subwords")
    assert views.map_value(large) is None
    assert views.size_line(large) == "A map of 3 by 4 subwords is too large to draw here."


def test_weights_are_counted(translation: Translation, two_sentences: Translation) -> None:
    assert views.count_weights(translation) == 2 * (3 * 4 + 2 * 2)
    assert views.count_weights(two_sentences) == 5 * (3 * 4 + 2 * 2)
