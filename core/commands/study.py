"""``python -m core study``: comparisons that answer a question, stored as reports."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from tqdm import tqdm

from core.checkpoint import write_json
from core.commands.options import to_json
from core.data.documents import load_arxiv
from core.data.spelling import load_spelling
from core.errors import UserError
from core.evaluation.prettiness import prettify_report
from core.evaluation.sampling import METHODS, compare_methods
from core.evaluation.spelling import threshold_report, thresholds
from core.service import CHECKPOINTS, DEFAULT_WRITER, Service

_PROMPTS = 200
_THRESHOLDS = [step / 4 for step in range(-16, 41)]  # nats
_RIGHT_WORDS_KEPT = 0.96  # a little more than must be: other words are other words


def _sampling(command: str) -> dict[str, Any]:
    writer = Service().generator(DEFAULT_WRITER)
    documents = load_arxiv().test[:_PROMPTS]
    with tqdm(total=len(METHODS) * _PROMPTS, unit=" texts", file=sys.stderr) as bar:
        return compare_methods(writer, documents, command, bar.update)


def _prettify(command: str) -> dict[str, Any]:
    data = load_arxiv()
    return prettify_report({"valid": data.valid, "test": data.test}, command)


def _spelling_thresholds(command: str) -> dict[str, Any]:
    corrector, data = Service().corrector(), load_spelling()
    misspelt = corrector.check(sorted({pair.source for pair in data.valid}))
    right = corrector.check(data.unseen_valid)
    rows = thresholds(
        [(misspelt[pair.source], pair.target) for pair in data.valid],
        list(right.values()),
        _THRESHOLDS,
    )
    return threshold_report(rows, _RIGHT_WORDS_KEPT, command)


# Those that train nothing; the others stand in core.training.studies.
STUDIES: dict[str, Callable[[str], dict[str, Any]]] = {
    "sampling": _sampling,
    "prettify": _prettify,
    "spelling-thresholds": _spelling_thresholds,
}


def study(
    name: Annotated[str, typer.Argument(help="A study; a wrong name lists them.")],
    store: Annotated[bool, typer.Option(help="Store the report for the Reports tab.")] = True,
) -> None:
    """Run a study, most of them small training runs, and store its report."""
    # Lightning takes seconds to import, and nothing else needs it.
    from core.training import studies

    known = STUDIES | studies.STUDIES
    if name not in known:
        raise UserError(f"There is no study called {name!r}; there are {', '.join(known)}.")
    report = known[name](f"python -m core study {name}")
    if store:
        write_json(CHECKPOINTS / "reports" / f"{name}.json", report)
    typer.echo(to_json(report))
