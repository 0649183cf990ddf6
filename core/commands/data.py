"""``python -m core data``: the corpora."""

from typing import Annotated

import typer

from core.checkpoint import write_json
from core.commands.options import Json, to_json, written
from core.data.catalogue import CORPORA
from core.data.remote import cache_directory
from core.data.statistics import corpus_report
from core.service import CHECKPOINTS

app = typer.Typer(no_args_is_help=True, help="The corpora: what there is, and fetching it.")


@app.command("list")
def data_list(as_json: Json = False) -> None:
    """List the corpora with licence and addresses."""
    rows = [
        {
            "name": corpus.name,
            "title": corpus.title,
            "licence": corpus.licence,
            "files": [{"url": file.url, "sha256": file.sha256} for file in corpus.files],
        }
        for corpus in CORPORA
    ]
    lines = []
    for corpus in CORPORA:
        lines.append(f"{corpus.name}: {corpus.title}; {corpus.licence}")
        lines += [f"  {file.url}" for file in corpus.files]
    typer.echo(to_json(rows) if as_json else "\n".join(lines))


@app.command("fetch")
def data_fetch() -> None:
    """Download what is missing of all corpora and check it."""
    for corpus in CORPORA:
        for path in corpus.fetch().values():
            typer.echo(path)
    typer.echo(f"Downloaded files are kept in {cache_directory()}.", err=True)


@app.command("stats")
def data_stats(
    store: Annotated[bool, typer.Option(help="Store the report for the Reports tab.")] = True,
) -> None:
    """Print and store what the training text is like."""
    report = corpus_report(command="python -m core data stats")
    typer.echo(to_json(report))
    if store:
        path = CHECKPOINTS / "reports" / "data.json"
        with written(path):
            write_json(path, report)
