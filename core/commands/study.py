"""``python -m core study``: comparisons that answer a question, stored as reports."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from core.checkpoint import write_json
from core.commands.options import to_json
from core.data.coverage import coverage_report
from core.data.documents import load_arxiv
from core.data.spelling import load_spelling
from core.errors import UserError
from core.evaluation.early_stopping import early_stopping_report
from core.evaluation.prettiness import prettify_report
from core.evaluation.sampling import METHODS, compare_methods
from core.evaluation.saving import saving_report
from core.evaluation.spelling import threshold_report, thresholds
from core.report import Study
from core.service import CHECKPOINTS, DEFAULT_WRITER, Service

_QUICK = Path("runs") / "reports"  # not beside the reports that took their time
_THRESHOLDS = [step / 4 for step in range(-16, 41)]  # nats
_RIGHT_WORDS_KEPT = 0.965  # a little more than must be: other words are other words


def _sampling(command: str, prompts: int = 200) -> dict[str, Any]:
    writer = Service().generator(DEFAULT_WRITER)
    documents = load_arxiv().test[:prompts]
    with tqdm(total=len(METHODS) * prompts, unit=" texts", file=sys.stderr) as bar:
        return compare_methods(writer, documents, command, bar.update)


def _prettify(command: str) -> dict[str, Any]:
    data = load_arxiv()
    return prettify_report({"valid": data.valid, "test": data.test}, command)


def _spelling_thresholds(command: str) -> dict[str, Any]:
    corrector, data = Service().corrector(), load_spelling()
    misspelt = corrector.check(pair.source for pair in data.valid)
    right = corrector.check(data.unseen_valid)
    rows = thresholds(
        [(misspelt[pair.source], pair.target) for pair in data.valid],
        list(right.values()),
        _THRESHOLDS,
    )
    return threshold_report(rows, _RIGHT_WORDS_KEPT, command)


def _early_stopping(command: str) -> dict[str, Any]:
    return early_stopping_report(CHECKPOINTS, command)


def _saving(command: str) -> dict[str, Any]:
    return saving_report(CHECKPOINTS / DEFAULT_WRITER, command)


# Those that train nothing; the others stand in core.training.studies.
STUDIES: dict[str, Study] = {
    "sampling": Study(_sampling, {"prompts": 10}),
    "prettify": Study(_prettify, {}),
    "spelling-thresholds": Study(_spelling_thresholds, {}),
    "coverage": Study(coverage_report, {"most": 2_000}),
    "early-stopping": Study(_early_stopping, {}),
    "saving": Study(_saving, {}),
}


def study(
    name: Annotated[str | None, typer.Argument(help="A study; a wrong name lists them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All studies, one after the other.")] = False,
    quick: Annotated[bool, typer.Option(help="Minutes, stored in runs/reports/.")] = False,
    store: Annotated[bool, typer.Option(help="Store the report for the Reports tab.")] = True,
) -> None:
    """Run a study, most of them small training runs, and store its report."""
    # Lightning takes seconds to import, and nothing else needs it.
    from core.training.studies import table

    known = table.STUDIES | STUDIES  # what reads the reports of others comes last
    if every:
        if name is not None:
            raise UserError("Name a study or give --all, not both.")
        _run_all(known, quick, store)
        return
    if name not in known:
        asked = "Name a study" if name is None else f"There is no study called {name!r}"
        raise UserError(f"{asked}; there are {', '.join(known)}.")
    typer.echo(to_json(_run(name, known[name], quick, store)))


def _run_all(known: dict[str, Study], quick: bool, store: bool) -> None:
    for name, one in known.items():
        try:
            report = _run(name, one, quick, store)
        except UserError as error:  # its text may not be passed on, so it is not there
            typer.echo(f"{name} is left out: {error}", err=True)
        else:
            typer.echo(f"{name}: {report['finding']}" if store else to_json(report))


def _run(name: str, one: Study, quick: bool, store: bool) -> dict[str, Any]:
    command = f"python -m core study {name}{' --quick' * quick}"
    report = one.run(command, **(one.quick if quick else {}))
    if store:
        path = _folder(quick) / f"{name}.json"
        try:
            write_json(path, report)
        except OSError as error:  # hours may have gone into it
            typer.echo(to_json(report))
            raise UserError(f"{path} can't be written: {error.strerror}.") from None
    return report


def _folder(quick: bool) -> Path:
    """Return where reports are stored."""
    return _QUICK if quick else CHECKPOINTS / "reports"
