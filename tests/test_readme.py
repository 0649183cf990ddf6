"""Every command of the README is run, or, where that would take long, checked against its program.

A command stands in a fenced `sh` block. It runs in a folder that holds small files under the names
that the README uses, so `my.de` there is a real file here.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from typer.exceptions import TyperException

from core.__main__ import app
from core.commands.evaluate_corrector import PARTS as SPELLING_PARTS
from core.commands.evaluate_language_model import PARTS as TEXT_PARTS
from core.commands.study import STUDIES
from core.evaluation.alignment import ALIGNMENTS
from core.evaluation.held_out import NUMERALS, PARTS, TYPED
from core.training.recipes import RECIPES
from core.training.studies import table
from tests.command_line import run_core

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")

# These train, download or read whole corpora: their arguments are parsed, and no more.
HEAVY = ("train", "study", "data fetch", "data stats", "evaluate --part")


def sh_blocks(text: str) -> Iterator[str]:
    yield from re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """The commands of a document's sh blocks, continued lines joined, comments left out."""
    joined = "\n".join(sh_blocks(text)).replace("\\\n", " ")
    split = (shlex.split(line, comments=True) for line in joined.splitlines())
    return [shlex.join(words) for words in split if words]


README = (ROOT / "README.md").read_text(encoding="utf-8")
MADE = set(re.findall(r"--output checkpoints/(\S+)", README))  # by the README's own training runs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with the files that the README's examples name."""
    for name, line in (("my.de", "Guten Morgen!"), ("my.en", "Good morning!")):
        (tmp_path / name).write_text(f"{line}\n" * 3, encoding="utf-8")
    (tmp_path / "my.txt").write_text("We propose a new model.\n", encoding="utf-8")
    (tmp_path / "checkpoints").symlink_to(ROOT / "checkpoints")
    return tmp_path


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a newcomer would, with the environment active and a wide terminal."""
    environment = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }
    return subprocess.run(
        command, shell=True, cwd=folder, env=environment, text=True, capture_output=True
    )


def check(command: str, folder: Path) -> None:
    """Run a command or check it; raises AssertionError for one that does not exist."""
    words = shlex.split(command)
    while ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    program, *arguments = words
    assert program in CHECKS, f"no check is known for the program {program!r}"
    CHECKS[program](command, arguments, folder)


def check_make(command: str, arguments: list[str], folder: Path) -> None:
    """The targets exist, and so does each Python program that they would start."""
    plan = shell(f"make --dry-run --always-make -C {ROOT} {shlex.join(arguments)}", folder)
    assert plan.returncode == 0, plan.stderr
    for line in plan.stdout.splitlines():
        if line.startswith(".venv/bin/python "):
            check(line.removeprefix(".venv/bin/"), folder)


def check_python(command: str, arguments: list[str], folder: Path) -> None:
    if arguments[0] != "-m":
        assert (ROOT / arguments[0]).is_file(), f"there is no {arguments[0]}"
    elif arguments[1] != "core":
        assert runnable(arguments[1]), f"python has no module {arguments[1]}"
    elif MADE & set(arguments) or any(set(words.split()) <= set(arguments) for words in HEAVY):
        check_names(parse(arguments[2:]))
    else:
        with chdir(folder):
            run = run_core(*arguments[2:])
        assert run.status == 0, run.err
        assert run.out.strip() or "--output" in arguments


def runnable(module: str) -> bool:
    """Whether `python -m` finds the module, or the package's __main__."""
    spec = find_spec(module)
    if spec and spec.submodule_search_locations:
        spec = find_spec(f"{module}.__main__")
    return spec is not None


def parse(arguments: list[str]) -> dict[str, object]:
    """Let the command line read the arguments, without acting on them."""
    command, rest = typer.main.get_command(app), list(arguments)
    while hasattr(command, "commands"):
        assert rest[0] in command.commands, f"there is no command {rest[0]!r}"
        command = command.commands[rest.pop(0)]
    context = command.make_context(command.name, rest)
    return {"command": command.name, **context.params}


def check_names(parsed: dict[str, object]) -> None:
    """Recipes, checkpoints and held-out parts that a command names exist."""
    if parsed["command"] == "train":
        assert parsed["name"] in [recipe.name for recipe in RECIPES]
    if parsed["command"] == "evaluate":
        assert parsed["name"] in MADE or (ROOT / "checkpoints" / str(parsed["name"])).is_dir()
        parts = {*PARTS, *NUMERALS, ALIGNMENTS.stem, *TEXT_PARTS, *SPELLING_PARTS}
        assert parsed["text"] or str(parsed["part"]).removesuffix(TYPED) in parts
    if parsed["command"] == "study" and not parsed["every"]:
        assert parsed["name"] in {**STUDIES, **table.STUDIES}


def check_help(command: str, arguments: list[str], folder: Path) -> None:
    """The program prints help for these arguments, and the help knows each of their options."""
    program = shlex.split(command)[0]
    text = shell(f"{program} {shlex.join(arguments)} --help", folder)
    assert text.returncode == 0, text.stderr
    for option in (word.partition("=")[0] for word in arguments if word.startswith("--")):
        known = re.search(rf"(?<![\w-]){option}(?![\w-])", text.stdout)
        assert known, f"{program} has no option {option}"


def check_source(command: str, arguments: list[str], folder: Path) -> None:
    """The README activates the environment that the Makefile makes."""
    assert arguments == [".venv/bin/activate"]
    assert "VENV := .venv\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


CHECKS = {
    "make": check_make,
    "python": check_python,
    "hf": check_help,
    "tensorboard": check_help,
    "source": check_source,
}


@pytest.mark.parametrize("command", dict.fromkeys(commands(README)))
def test_the_command_works(command: str, folder: Path) -> None:
    check(command, folder)


@pytest.mark.parametrize(
    "command",
    [
        "make no-such-target",
        "make train-no-such-recipe",
        "python no_such_file.py",
        "python -m no_such_module",
        "python -m core no-such-command",
        "python -m core translate --no-such-option 'Guten Morgen!'",
        "python -m core train translate-de-en --no-such-option",
        "python -m core train translate-de-en --max-minutes soon",
        "python -m core train no-such-recipe",
        "python -m core evaluate translate-de-en --part no-such-part",
        "python -m core evaluate no-such-checkpoint --source my.de --reference my.en",
        "hf no-such-command",
        "tensorboard --no-such-option",
        "no-such-program",
    ],
)
def test_a_made_up_command_fails(command: str, folder: Path) -> None:
    with pytest.raises((AssertionError, TyperException)):
        check(command, folder)


def test_commands_are_found_in_sh_blocks_only() -> None:
    text = "```sh\n# a comment\nmake \\\n  demo\n```\n```text\nmake tea\n```\n"
    assert commands(text) == ["make demo"]


def test_the_library_is_used_as_the_readme_says(folder: Path) -> None:
    (block,) = re.findall(r"^```python\n(from core.*?)^```", README, flags=re.M | re.S)
    run = shell(f"python -c {shlex.quote(block)}", folder)
    assert "Good morning!" in run.stdout and "I definitely received it." in run.stdout, run.stderr


def test_the_readme_has_commands() -> None:
    assert {"make demo", "make test"} <= set(commands(README))


def front_matter() -> dict[str, str]:
    lines = README.split("---\n")[1].splitlines()
    return {key: value.strip(" \"'") for key, _, value in (line.partition(":") for line in lines)}


def test_a_space_installs_the_pinned_gradio() -> None:
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert f"gradio[mcp]=={front_matter()['sdk_version']}\n" in pins


def test_the_space_starts_a_file_that_is_there() -> None:
    assert (ROOT / front_matter()["app_file"]).is_file()


def test_links_to_files_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_file_map_names_files_that_are_there() -> None:
    (block,) = re.findall(r"^## Files\n+```text\n(.*?)^```", README, flags=re.M | re.S)
    names = [line.split()[0] for line in block.splitlines() if line.strip()]
    assert [name for name in names if not (ROOT / name).exists()] == []
