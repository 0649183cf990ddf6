"""Save and load a checkpoint folder: safetensors and JSON, nothing that is unpickled."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import nn

from core.errors import UserError
from core.history import is_row
from core.models.language_model import LanguageModel, LanguageModelConfig
from core.models.seq2seq import Seq2Seq, Seq2SeqConfig
from core.tokenizers.kinds import LOADERS
from core.tokenizers.protocol import Tokenizer
from core.whole_files import write_whole

WEIGHTS = "model.safetensors"

Config = Seq2SeqConfig | LanguageModelConfig
Model = TypeVar("Model", bound=Seq2Seq | LanguageModel)


class Kind(NamedTuple):
    """A kind of model, with what its sizes are described by."""

    config: type[Any]
    model: type[Any]


KINDS = {
    "seq2seq": Kind(Seq2SeqConfig, Seq2Seq),
    "language-model": Kind(LanguageModelConfig, LanguageModel),
}


@dataclass(frozen=True)
class Checkpoint(Generic[Model]):
    """A model with the tokenizers that it was trained with."""

    name: str
    model: Model
    tokenizers: tuple[Tokenizer, ...]  # of what it reads and of what it writes, or one for both
    config: dict[str, Any]  # of config.json

    @property
    def source_tokenizer(self) -> Tokenizer:
        """Of what the model reads."""
        return self.tokenizers[0]

    @property
    def target_tokenizer(self) -> Tokenizer:
        """Of what the model writes."""
        return self.tokenizers[-1]


def save_checkpoint(
    folder: Path, model: Model, tokenizers: Sequence[Tokenizer], recipe: dict[str, Any]
) -> None:
    """Write configuration, weights (float16) and tokenizers into the folder.

    Raises:
        OSError: it can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: parameter.detach().to("cpu", torch.float16).contiguous()
        for name, parameter in model.named_parameters()  # shared ones once
    }
    # The largest first, under another name: where the disk is full, nothing has changed.
    part = folder / (WEIGHTS + ".part")
    part.write_bytes(to_bytes(weights))
    files = _tokenizer_files(model.config)
    for name, tokenizer in zip(files, tokenizers, strict=True):
        tokenizer.save(folder / name)
    config = {
        "kind": kind_of(model),
        "model": dataclasses.asdict(model.config),
        "tokenizer": tokenizers[-1].kind,
        "tokenizer_sha256": {name: sha256_of(folder / name) for name in files},
        "recipe": recipe,
    }
    write_json(folder / "config.json", config)
    os.replace(part, folder / WEIGHTS)


def kind_of(model: nn.Module) -> str:
    """Return the name of the kind that a model is of."""
    return next(name for name, kind in KINDS.items() if isinstance(model, kind.model))


def load_checkpoint(folder: Path, device: torch.device | str = "cpu") -> Checkpoint[Any]:
    """Read a checkpoint folder; the model is in evaluation mode, in float32.

    Raises:
        UserError: a file is missing or damaged, or weights, sizes and tokenizers don't agree.
    """
    config = read_config(folder)
    kind = KINDS[config["kind"]]
    try:
        sizes = kind.config(**config["model"])
    except (KeyError, TypeError, UserError) as error:
        why = str(error).rstrip(".")
        raise UserError(f"{folder / 'config.json'} does not describe a model: {why}.") from None
    tokenizers = _load_tokenizers(folder, sizes, config)
    try:
        model = kind.model(sizes)
    except (TypeError, ValueError, RuntimeError):  # that torch can't build, or no memory holds
        raise UserError(
            f"{folder / 'config.json'} describes a model that can't be built."
        ) from None
    load_weights(folder, model)
    return Checkpoint(folder.name, model.to(device).eval(), tokenizers, config)


def read_config(folder: Path) -> dict[str, Any]:
    """Return config.json.

    Raises:
        UserError: it is missing or damaged.
    """
    path = folder / "config.json"
    config = read_json(path)
    if not isinstance(config, dict) or str(config.get("kind")) not in KINDS:
        raise UserError(f"{path} does not describe a checkpoint of a known kind.")
    if not isinstance(config.get("recipe", {}), dict):
        raise UserError(f"{path} does not describe a recipe.")
    return config


def read_history(folder: Path) -> list[dict[str, Any]]:
    """Return the validations of the run that made the checkpoint, none if it has no history.

    Raises:
        UserError: it is damaged.
    """
    path = folder / "history.json"
    history: list[dict[str, Any]] = read_json(path) if path.is_file() else []
    if not isinstance(history, list) or not all(map(is_row, history)):
        raise UserError(f"{path} is damaged: it is no history of a training run.")
    return history


def load_weights(folder: Path, model: nn.Module) -> None:
    """Copy the folder's weights into the model.

    Raises:
        UserError: the file is missing or damaged, or its tensors don't fit the model.
    """
    path = folder / WEIGHTS
    if not path.is_file():
        raise UserError(f"{path} is missing; copy the whole checkpoint folder again.")
    try:
        weights = load_file(path)
    except SafetensorError:
        raise UserError(f"{path} is damaged; copy the whole checkpoint folder again.") from None
    parameters = dict(model.named_parameters())
    for name in sorted(parameters.keys() ^ weights.keys()):
        raise UserError(f"{path} and config.json don't fit: {name} is in one of them alone.")
    with torch.no_grad():
        for name, parameter in parameters.items():
            if parameter.shape != weights[name].shape:
                found, wanted = tuple(weights[name].shape), tuple(parameter.shape)
                raise UserError(f"{path}: {name} has the shape {found}, config.json says {wanted}.")
            if not weights[name].isfinite().all():
                raise UserError(f"{path} is damaged: {name} has values that are no numbers.")
            parameter.copy_(weights[name])


def _tokenizer_files(sizes: Config) -> tuple[str, ...]:
    """Return the names of one file for a joint vocabulary, else of source and target."""
    if len(sizes.vocab_sizes) == 1:
        return ("tokenizer.json",)
    return ("source_tokenizer.json", "target_tokenizer.json")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load_tokenizers(folder: Path, sizes: Config, config: dict[str, Any]) -> tuple[Tokenizer, ...]:
    files = _tokenizer_files(sizes)
    load = LOADERS.get(str(config.get("tokenizer")))
    if load is None:
        raise UserError(f"{folder / 'config.json'} does not name a tokenizer of a known kind.")
    tokenizers = tuple(load(folder / name) for name in files)
    writes = tokenizers[-1].eos_id + 1
    found = (*(tokenizer.vocab_size for tokenizer in tokenizers), writes)
    if found != (*sizes.vocab_sizes, sizes.writable):
        raise UserError(
            f"{folder}: tokenizer and weights don't belong together"
            f" ({writes} ids can be written, the model has {sizes.writable})."
        )
    # Another tokenizer of the same size would load, and turn every sentence into nonsense.
    if {name: sha256_of(folder / name) for name in files} != config.get("tokenizer_sha256"):
        raise UserError(
            f"{folder}: the tokenizer is not the one that the model was trained with;"
            " copy the whole checkpoint folder again."
        )
    return tokenizers


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        UserError: it is missing or damaged, or may not be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing; copy the whole checkpoint folder again.") from None
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from None
    except ValueError:
        raise UserError(f"{path} is damaged: it is not JSON.") from None


def write_json(path: Path, content: Any) -> None:
    """Write readable JSON, whole or not at all; the folder is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, text.encode("utf-8"))
