"""``python -m core study``: small runs whose comparison answers a question."""

from typing import Annotated

import typer

from core.checkpoint import write_json
from core.commands.options import to_json
from core.errors import UserError
from core.service import CHECKPOINTS


def study(
    name: Annotated[str, typer.Argument(help="A study; a wrong name lists them.")],
    store: Annotated[bool, typer.Option(help="Store the report for the Reports tab.")] = True,
) -> None:
    """Run a study and store its report."""
    # Lightning takes seconds to import, and nothing else needs it.
    from core.training.studies import STUDIES

    if name not in STUDIES:
        raise UserError(f"There is no study called {name!r}; there are {', '.join(STUDIES)}.")
    report = STUDIES[name](f"python -m core study {name}")
    if store:
        write_json(CHECKPOINTS / "reports" / f"{name}.json", report)
    typer.echo(to_json(report))
