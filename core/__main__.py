"""The command line: ``python -m core``. Results on stdout, everything else on stderr."""

import sys

import typer

from core.commands.correct import correct
from core.commands.data import app as data_app
from core.commands.evaluate import evaluate
from core.commands.generate import generate
from core.commands.info import info
from core.commands.inspect import inspect
from core.commands.report import report
from core.commands.study import study
from core.commands.train import train
from core.commands.translate import translate
from core.errors import UserError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Recurrent sequence models: translate, write, correct, look inside, measure, train.",
)
for command in (translate, generate, correct, evaluate, train, study, inspect, report, info):
    app.command()(command)
app.add_typer(data_app, name="data")


DEVELOPMENT = ("lightning", "tensorboard", "gensim", "nltk")  # what no page needs


def main() -> None:
    """Run a command; a user's error is one sentence on stderr and exit status 2."""
    try:
        app()
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if error.name not in DEVELOPMENT:
            raise
        print(f"Error: this needs {error.name}; run make install-dev first.", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
