"""``python -m core report``: stored results and training runs."""

from typing import Annotated

import typer

from core.commands.options import Json, to_json
from core.service import Service


def report(
    name: Annotated[
        str | None, typer.Argument(help="A report; without one, all are listed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a report: its table, what it found, and the command that repeats it."""
    service = Service()
    if name is None:
        titles = service.reports()
        lines = [f"{key}\t{title}" for key, title in titles.items()]
        typer.echo(to_json(titles) if as_json else "\n".join(lines))
        return
    found = service.report(name)
    if as_json:
        typer.echo(to_json(found))
        return
    rows = found["rows"]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = ["\t".join(str(row.get(key, "")) for key in columns) for row in rows]
    head = ["\t".join(columns)] if rows else []
    about = [f"{key}\t{found[key]}" for key in ("command", "date", "machine") if found[key]]
    typer.echo("\n".join([found["title"], found["finding"], *head, *lines, *about]))
