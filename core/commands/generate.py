"""``python -m core generate``: a language model goes on from a prompt."""

import time
from typing import Annotated

import typer

from core.commands.options import (
    Beam,
    Checkpoint,
    Device,
    Json,
    LengthPenalty,
    Method,
    MinP,
    NoRepeat,
    RepetitionPenalty,
    Seed,
    Temperature,
    TopK,
    TopP,
    Typical,
    to_json,
)
from core.decoding.options import DecodingOptions
from core.errors import UserError
from core.pipelines.generation import Generation
from core.pipelines.generator import TextGenerator
from core.service import DEFAULT_WRITER, Service


def generate(
    prompt: Annotated[str, typer.Argument(help="What the text begins with; may be empty.")] = "",
    checkpoint: Checkpoint = DEFAULT_WRITER,
    method: Method = "sample",
    temperature: Temperature = 1.0,
    top_k: TopK = 0,
    top_p: TopP = 1.0,
    min_p: MinP = 0.0,
    typical: Typical = 1.0,
    repetition_penalty: RepetitionPenalty = 1.0,
    no_repeat: NoRepeat = 0,
    beam: Beam = 5,
    length_penalty: LengthPenalty = 1.0,
    seed: Seed = 0,
    max_tokens: Annotated[int, typer.Option(help="Tokens that are written at most.")] = 100,
    pretty: Annotated[
        bool, typer.Option(help="Print the finished text as readable English.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Write on from a prompt, printing each token as it is written; --json gives every step."""
    if max_tokens < 1:
        raise UserError(f"max_tokens must be 1 or more, not {max_tokens}.")
    options = DecodingOptions(  # checked before a model is loaded
        method=method,
        beam=beam,
        length_penalty=length_penalty,
        temperature=temperature,
        seed=seed,
        repetition_penalty=repetition_penalty,
        no_repeat_ngram=no_repeat,
        top_k=top_k,
        top_p=top_p,
        min_p=min_p,
        typical=typical,
    )
    writer = Service(device=device).generator(checkpoint)
    begun = writer.prompt(prompt, options, max_tokens)
    if begun.unknown:
        typer.echo(f"Unknown to {checkpoint}: {', '.join(begun.unknown)}", err=True)
    if as_json or pretty:
        written = writer.write_all([begun])[0]
        typer.echo(to_json(written.to_dict()) if as_json else written.pretty)
    else:
        written = _print_live(writer, begun)
    typer.echo(_figures(written), err=True)


def _print_live(writer: TextGenerator, begun: Generation) -> Generation:
    """Print each token as it is written; return the whole."""
    started, steps = time.perf_counter(), []
    typer.echo(begun.prompt, nl=False)
    for step in writer.write(begun):
        steps.append(step)
        typer.echo(step.text, nl=False)
    typer.echo()
    return writer.ended(begun.written(*steps, seconds=time.perf_counter() - started))


def _figures(written: Generation) -> str:
    count = len(written.steps)
    rate = count / max(written.seconds, 1e-9)
    figures = f"{count} tokens in {written.seconds:.2f} s: {rate:,.0f} tokens/s"
    return f"{figures}, perplexity {written.perplexity:.2f}" if count else figures
