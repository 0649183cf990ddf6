"""The Reports tab: stored results and training runs, each with what repeats it."""

from functools import partial
from urllib.parse import urlencode

import gradio as gr

from core.errors import UserError
from core.service import Service
from demo import api
from demo.components.plain_table import PlainTable
from demo.components.plain_text import PlainText
from demo.components.report_plot import ReportPlot
from demo.query import read_fields
from demo.reports import about_line, plots_of, table_of
from demo.tabs.binding import CHOICE, QUIET, Parts, Updates, bind
from demo.tabs.layout import COPIED, COPY_LINK

TAB = "reports"
READ_LINK = "() => window.location.search"
NO_REPORT = "There is no report yet: run python -m core study with a name."
SHOWN = ["question", "finding", "plot", "table", "command", "about", "message"]


def show(service: Service, name: str | None) -> Updates:
    """Return the updates that show a report; after an error the last one stays."""
    try:
        if name is None:
            raise UserError(NO_REPORT)
        found = service.report(name)
    except UserError as error:
        return {"message": str(error)}
    return {
        "question": found["question"],
        "finding": found["finding"],
        "plot": plots_of(found),
        "table": table_of(found),
        "command": found["command"],
        "about": about_line(found),
        "message": "",
    }


def open_link(service: Service, query: str) -> Updates:
    """Show the report that a link names; a link of another tab leaves the page as it is."""
    try:
        fields = read_fields(str(query or ""))
    except UserError:
        return {}  # the other tabs say what is wrong with it
    name = fields.get("report")
    if fields.get("tab") != TAB or name is None:
        return {}
    chosen = {"choice": gr.update(value=name)} if name in service.reports() else {}
    return chosen | show(service, name)


def make_link(name: str | None) -> Updates:
    """Return the query string of a link to the report, and what to say when it is copied."""
    return {"link_query": urlencode({"tab": TAB, "report": name or ""}), "link_said": COPIED}


def build(service: Service, page: gr.Blocks) -> None:
    """Place the tab, bind its events and offer its API."""
    titles = service.reports()
    first = next(iter(titles), None)
    parts = build_layout(show(service, first), titles, first)
    bind(parts["choice"].input, partial(show, service), parts, ["choice"], SHOWN, **CHOICE)
    made = bind(parts["link"].click, make_link, parts, ["choice"], ["link_query", "link_said"])
    said = [parts["link_query"], parts["link_said"]]
    made.then(None, said, parts["message"], js=COPY_LINK, **QUIET)
    opened = [*SHOWN, "choice"]
    bind(page.load, partial(open_link, service), parts, ["address"], opened, js=READ_LINK, **CHOICE)
    api.offer_report(service)


def build_layout(first: Updates, titles: dict[str, str], name: str | None) -> Parts:
    """Place all parts; ``first`` holds the values that they open with."""
    with gr.Column(elem_classes="card"):
        with gr.Row(elem_classes="bar"):
            choice = gr.Dropdown(
                [(title, key) for key, title in titles.items()],
                value=name,
                label="Report",
                elem_id="reports-choice",
                elem_classes="field",
            )
            link = gr.Button("Link", elem_id="reports-link", min_width=0)
        question = PlainText(first.get("question", ""), elem_id="reports-question")
        finding = PlainText(first.get("finding", ""), status=True, elem_id="reports-finding")
        message = PlainText(
            first["message"], status=True, elem_id="reports-message", elem_classes="message"
        )
        progress = PlainText()
    with gr.Column(elem_classes="card late"):
        plot = ReportPlot(first.get("plot"), elem_id="reports-plot")
        table = PlainTable(first.get("table"), label="Figures", elem_id="reports-table")
        command = PlainText(first.get("command", ""), elem_id="reports-command")
        about = PlainText(first.get("about", ""), elem_id="reports-about", elem_classes="note")
    handed = {key: gr.Textbox(visible=False) for key in ("link_query", "link_said", "address")}
    return handed | {
        "choice": choice,
        "link": link,
        "question": question,
        "finding": finding,
        "message": message,
        "progress": progress,
        "plot": plot,
        "table": table,
        "command": command,
        "about": about,
    }
