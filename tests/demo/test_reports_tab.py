"""The Reports tab: what it shows of a report, without a browser."""

import pytest

from core.service import Service
from demo.reports import about_line, plots_of, table_of
from demo.tabs.reports import make_link, open_link, show
from tests.demo.made_reports import KINDS, REPORTS, TRAINING


def test_lines_with_the_same_axes_share_a_plot() -> None:
    nats, bleu = plots_of(KINDS)
    assert (nats["x_label"], nats["y_label"], bleu["y_label"]) == ("epoch", "nats", "BLEU")
    assert nats["lines"] == [
        {"name": "rnn", "x": [1, 2], "y": [0.5, 0.25]},
        {"name": "gru", "x": [1, 2], "y": [0.6, 0.2]},
    ]


def test_figures_of_the_table_can_be_read() -> None:
    assert table_of(KINDS) == {
        "head": ["model", "weights", "seconds per epoch", "ok"],
        "rows": [["rnn", "12,345", "1.235", "–"], ["gru", "6", "20,000", "–"]],
    }
    assert table_of(TRAINING) is None


def test_a_wide_table_of_few_rows_stands_on_its_side() -> None:
    row = {f"figure_{number}": number for number in range(12)}
    table = table_of({"rows": [{"side": "left", **row}, {"side": "right", **row}]})
    assert table["head"] == ["side", "left", "right"]
    assert table["rows"][3] == ["figure 3", "3", "3"]


def test_the_last_column_of_running_text_has_room() -> None:
    table = table_of({"rows": [{"method": "greedy", "text": "word " * 20, "n": 3}]})
    assert table["wide"] == 1


def test_a_row_may_lack_what_others_have() -> None:
    assert table_of({"rows": [{"a": 1}, {"a": 2, "b": 3}]})["rows"] == [["1", "–"], ["2", "3"]]


def test_a_training_run_does_not_know_its_day() -> None:
    assert about_line(KINDS) == "2026-01-02 · a laptop"
    assert about_line(TRAINING) == ""
    facts = {"processor": "EPYC", "cores": 2}
    assert about_line({**KINDS, "machine": facts}) == "2026-01-02 · processor EPYC · cores 2"


@pytest.mark.parametrize("name", Service().reports())
def test_each_report_that_is_there_can_be_shown(name: str) -> None:
    assert show(Service(), name)["message"] == ""


def test_a_report_is_shown_with_what_repeats_it(service) -> None:
    shown = show(service, "kinds")
    assert shown["finding"] == "The gru is best."
    assert shown["command"] == "python -m core study kinds"
    assert shown["message"] == ""


@pytest.mark.parametrize(("name", "told"), [("nope", "no report called"), (None, "no report yet")])
def test_what_is_not_there_is_told_and_the_last_report_stays(service, name, told: str) -> None:
    assert list(show(service, name)) == ["message"]
    assert told in show(service, name)["message"]


@pytest.mark.parametrize("name", REPORTS)
def test_a_link_opens_its_report(service, name: str) -> None:
    query = make_link(name)["link_query"]
    opened = open_link(service, "?" + query)
    assert opened["choice"]["value"] == name
    assert opened["finding"] == REPORTS[name]["finding"]


def test_other_links_leave_the_tab_as_it_is(service) -> None:
    for query in (
        "",
        "?tab=generate&report=kinds",
        "?tab=reports",
        "?tab=reports&x=" + "y" * 99_999,
    ):
        assert open_link(service, query) == {}
    damaged = open_link(service, "?tab=reports&report=%3Cb%3E")
    assert list(damaged) == ["message"] and "no report" in damaged["message"]
