"""Imports point one way: read every import of the sources and name each that runs back."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the top down: a module may import its own package and whatever stands on a lower line.
LAYERS = (
    {"app"},
    {"demo"},
    {"core.service"},
    {"core.inspection", "core.evaluation"},
    {"core.pipelines"},
    {"core.decoding", "core.checkpoint"},
    {"core.data"},
    {"core.models", "core.tokenizers"},
    {"core.errors", "core.history", "core.report", "core.measuring", "core.whole_files"},
)
# These stand beside the layers: training uses all of core, and the command line starts it.
TRAINING, COMMAND_LINE = "core.training", ("core.__main__", "core.commands")
# What the page may know of core: the results that it draws, and the one object that makes them.
SEAM = (
    "core.service",
    "core.errors",
    "core.pipelines.results",
    "core.pipelines.generation",
    "core.pipelines.spelling_results",
    "core.pipelines.differences",
    "core.pipelines.prettify",
)

WEB = {"gradio", "gradio_client", "fastapi", "starlette", "plotly", "spaces"}
TRAINING_LIBRARIES = {"lightning", "pytorch_lightning", "torchmetrics", "tensorboard"}


class Import(NamedTuple):
    """One import: who imports what, on which line, and whether only when a function runs."""

    module: str
    target: str
    line: int
    lazy: bool


def modules(root: Path) -> dict[str, Path]:
    """Dotted name to file, for app.py and everything under core/ and demo/."""
    files = [root / "app.py", *root.glob("core/**/*.py"), *root.glob("demo/**/*.py")]
    return {dotted(file.relative_to(root)): file for file in files if file.is_file()}


def dotted(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(root: Path) -> Iterator[Import]:
    """Every import of the sources; `from package import module` counts as the module."""
    names = modules(root)
    for module, file in names.items():
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        tree = ast.parse(file.read_text(encoding="utf-8"))
        lazy = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
        }
        for node in ast.walk(tree):
            for target in targets(node, package, names):
                yield Import(module, target, node.lineno, id(node) in lazy)


def targets(node: ast.AST, package: str, names: dict[str, Path]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *filter(None, [base])])
    found = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in names else base for name in found]


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def layer(module: str) -> tuple[int, str] | None:
    """Height of a module's layer, counted from the top, and its package there."""
    for height, packages in enumerate(LAYERS):
        for package in packages:
            if inside(module, package):
                return height, package
    return None


def fault(arrow: Import) -> str | None:
    """What is wrong with an import, or None."""
    module, target = arrow.module, arrow.target
    library = target.partition(".")[0]
    if library in TRAINING_LIBRARIES and not inside(module, TRAINING):
        return "a training library is imported outside core/training"
    if library in WEB and inside(module, "core"):
        return "core imports a library of the web"
    if inside(target, TRAINING) and not inside(module, TRAINING):
        allowed = in_command_line(module) and arrow.lazy
        return None if allowed else "only a command, when it runs, may import core.training"
    if inside(module, "demo") and inside(target, "core") and not allowed_to_the_page(target):
        return "demo reaches around the service"
    return fault_between_layers(module, target)


def in_command_line(module: str) -> bool:
    return any(inside(module, part) for part in COMMAND_LINE)


def allowed_to_the_page(target: str) -> bool:
    return any(inside(target, name) for name in SEAM)


def fault_between_layers(module: str, target: str) -> str | None:
    if library_or_package(target) or target == "core":
        return None
    if in_command_line(target):
        return None if in_command_line(module) else "the library imports its command line"
    if inside(module, TRAINING) or in_command_line(module):
        return None if inside(target, "core") else "core imports the page"
    here, there = layer(module), layer(target)
    if here is None or there is None:
        return "a module has no place in LAYERS"
    if here[1] == there[1] or here[0] < there[0]:
        return None
    return "the arrow runs back" if here[0] > there[0] else "two packages of one layer"


def library_or_package(target: str) -> bool:
    """Whether the target is not ours."""
    return target.partition(".")[0] not in {"app", "demo", "core"}


def faults(root: Path) -> list[str]:
    return [
        f"{arrow.module}:{arrow.line} imports {arrow.target}: {what}"
        for arrow in imports(root)
        if (what := fault(arrow))
    ]


def test_imports_point_one_way() -> None:
    assert faults(ROOT) == []


def test_the_sources_are_found() -> None:
    assert {"app", "core.service", "core.__main__", "demo.ui"} <= modules(ROOT).keys()


def test_every_module_has_a_place() -> None:
    homeless = {
        module
        for module in modules(ROOT).keys() - {"core"}
        if not (layer(module) or inside(module, TRAINING) or in_command_line(module))
    }
    assert homeless == set()


def write_tree(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


GOOD_TREE = {
    "app.py": "from demo.ui import build_demo\n",
    "demo/__init__.py": "",
    "demo/ui.py": "import gradio\nfrom core.pipelines.results import Translation\n",
    "core/__init__.py": "",
    "core/__main__.py": "from core.commands import train\n",
    "core/commands/train.py": "def train():\n    from core.training import run\n",
    "core/service.py": "from core import checkpoint\nfrom core.pipelines import translator\n",
    "core/checkpoint.py": "from core.models.seq2seq import Seq2Seq\n",
    "core/pipelines/__init__.py": "",
    "core/pipelines/translator.py": "from .results import Translation\n",
    "core/pipelines/results.py": "import json\n",
    "core/models/__init__.py": "",
    "core/models/seq2seq.py": "import torch\nfrom core.errors import UserError\n",
    "core/models/attention.py": "from core.models import seq2seq\n",
    "core/errors.py": "",
    "core/decoding/__init__.py": "",
    "core/decoding/greedy.py": "",
    "core/training/__init__.py": "",
    "core/training/run.py": "import lightning\nfrom core.service import Service\n",
}


def test_a_good_tree_has_no_fault(tmp_path: Path) -> None:
    write_tree(tmp_path, GOOD_TREE)
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("core/models/seq2seq.py", "from core.decoding import greedy"),
        ("core/models/seq2seq.py", "from core.decoding.greedy import search"),
        ("core/models/seq2seq.py", "from ..decoding import greedy"),
        ("core/models/seq2seq.py", "from .. import decoding"),
        ("core/models/seq2seq.py", "def f():\n    import core.decoding.greedy"),
        ("core/decoding/greedy.py", "from core import checkpoint"),
        ("core/service.py", "import gradio as gr"),
        ("core/service.py", "from plotly import graph_objects"),
        ("core/service.py", "import demo.ui"),
        ("core/service.py", "from core.training import run"),
        ("core/__main__.py", "from core.training import run"),
        ("core/commands/train.py", "from core.training import run"),
        ("core/service.py", "from core.commands import train"),
        ("core/pipelines/results.py", "from core.service import Service"),
        ("core/checkpoint.py", "import lightning.pytorch"),
        ("core/training/run.py", "from demo import ui"),
        ("core/surprise.py", "from core.errors import UserError"),
        ("demo/ui.py", "from core.models.seq2seq import Seq2Seq"),
        ("demo/ui.py", "from core.pipelines.translator import Translator"),
        ("demo/ui.py", "import app"),
        ("demo/ui.py", "def f():\n    from core.training import run"),
    ],
)
def test_a_bad_arrow_is_found(tmp_path: Path, file: str, line: str) -> None:
    write_tree(tmp_path, GOOD_TREE | {file: line + "\n"})
    (found,) = faults(tmp_path)
    module = file.removesuffix(".py").replace("/", ".")
    assert found.startswith(f"{module}:{line.count(chr(10)) + 1} imports ")
