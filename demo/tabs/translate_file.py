"""A file of sentences: translated line by line, with figures where it has references."""

import math
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from core.errors import UserError
from demo import limits
from demo.lines import scores_line
from demo.tabs.binding import Parts, Updates, bind
from demo.tabs.translate_layout import SETTINGS
from demo.tabs.translate_settings import used_by
from demo.work import Worker

HAND_OVER = 2.0  # seconds between two copies of what is done so far
# One file at a time, so that it never takes both places of those who translate a sentence.
FILE = {"concurrency_id": "file", "concurrency_limit": 1}
STOPPED = "Stopped; the lines so far can be downloaded."
CHUNK = 3_000  # characters translated between two looks at the bar: less than half a second


async def translate_file(
    worker: Worker, path: str | None, checkpoint: str, method: str, *knobs: Any
) -> AsyncIterator[Updates]:
    """Translate a file; what is done so far can be downloaded, after Stop as well."""
    try:
        if path is None:
            raise UserError("Choose a file first: a text with a sentence a line, or a TSV.")
        sources, references = read_file(Path(path))
        request = limits.translate_request("x", checkpoint, method, **used_by(method, knobs))
        del request["text"], request["prefix"]
        begun = bar(0, len(sources))
        yield {"file_message": "", "file_result": None, "file_progress": begun}
        done: list[str] = []
        # Gradio keeps a copy of each file that it was given, so this folder may go at the end.
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / f"{Path(path).stem}.en.txt"
            handed_over = -math.inf
            while len(done) < len(sources):
                chunk = next_chunk(sources, len(done))
                done += await worker.translate_lines(lines=chunk, **request)
                yield {}  # who stops it stops it here
                # Every copy is kept for a while: one now and then is enough for who stops.
                if len(done) == len(sources) or time.monotonic() - handed_over > HAND_OVER:
                    handed_over = time.monotonic()
                    result.write_text("".join(f"{line}\n" for line in done), encoding="utf-8")
                    reached = bar(len(done), len(sources))  # and no further: it tells what is there
                    yield {"file_result": str(result), "file_progress": reached}
        yield {"file_message": await figures(worker, done, references)}
    except UserError as error:
        yield {"file_message": str(error)}


def read_file(path: Path) -> tuple[list[str], list[str]]:
    """Return sources and references, which are none unless every line has a tab.

    Raises:
        UserError: it is too large, not UTF-8, empty, or not made of such lines.
    """
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        raise UserError(
            f"The file has {size:,} bytes; the limit is {limits.MAX_FILE_BYTES:,}."
            " Please translate it in parts."
        )
    try:
        # Lines as the result has them: other separators, such as U+2028, stand inside of a line.
        rows = path.read_text(encoding="utf-8-sig").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise UserError("The file is not UTF-8 text; save it as UTF-8 and try again.") from None
    if not any(row.strip() for row in rows):
        raise UserError("The file is empty; it needs a sentence a line.")
    if len(rows) > limits.MAX_FILE_LINES:
        raise UserError(
            f"The file has {len(rows):,} lines; the limit is {limits.MAX_FILE_LINES:,}."
            " Please translate it in parts."
        )
    for number, row in enumerate(rows, 1):
        if len(row) > limits.MAX_CHARACTERS:
            raise UserError(
                f"Line {number} has {len(row):,} characters; the limit is"
                f" {limits.MAX_CHARACTERS:,}. Please break it."
            )
    return split_columns(rows, path.suffix.lower() == ".tsv")


def split_columns(rows: list[str], is_tsv: bool) -> tuple[list[str], list[str]]:
    """Return the first column, and the second where every row that is not blank has one."""
    filled = [row for row in rows if row.strip()]
    if not all("\t" in row for row in filled):
        if is_tsv:
            number = next(n for n, row in enumerate(rows, 1) if row.strip() and "\t" not in row)
            raise UserError(f"Line {number} of the TSV has no tab; it needs source and reference.")
        return rows, []
    columns = [row.split("\t") for row in rows]
    return [row[0] for row in columns], [row[1] if len(row) > 1 else "" for row in columns]


def next_chunk(sources: list[str], first: int) -> list[str]:
    """Return the lines from ``first`` on that are translated together."""
    chunk, size = [sources[first]], len(sources[first])
    for line in sources[first + 1 :]:
        size += len(line)
        if size > CHUNK:
            break
        chunk.append(line)
    return chunk


def bar(done: int, total: int) -> dict[str, Any]:
    return {"done": done, "total": total, "text": f"{done:,} of {total:,} lines"}


async def figures(worker: Worker, translations: list[str], references: list[str]) -> str:
    """Return what is said at the end, with corpus figures where there are references."""
    count = len(translations)
    said = "1 line is translated." if count == 1 else f"{count:,} lines are translated."
    pairs = [(t, r) for t, r in zip(translations, references, strict=False) if r.strip()]
    if not pairs:
        return said
    if any(len(side.split()) > limits.MAX_SCORED_WORDS for pair in pairs for side in pair):
        return f"{said} No figures: a line has more than {limits.MAX_SCORED_WORDS} words."
    try:
        scores = await worker.compare(
            translations=[translation for translation, _ in pairs],
            references=[reference for _, reference in pairs],
        )
    except UserError as error:
        return f"{said} No figures: {error}"
    return f"{said} {scores_line(scores)} · references: {scores.n:,}"


def stop(result: str | None, progress: dict[str, Any] | None, said: str) -> Updates:
    """Say what there is of a file that was stopped; nothing where it is done and that is said."""
    if progress and progress["done"] == progress["total"]:
        return {} if said else {"file_message": "Stopped; all lines are translated."}
    return {"file_message": STOPPED if result else "Stopped; no line is translated yet."}


def bind_file(parts: Parts, worker: Worker) -> None:
    """Let the buttons translate a file and stop."""

    async def on_file(*values: Any) -> AsyncIterator[Updates]:
        async for updates in translate_file(worker, *values):
            yield updates

    names = ["file_progress", "file_message", "file_result"]
    looks = {"progress": "file_message", **FILE}
    running = bind(parts["file_run"].click, on_file, parts, ["file", *SETTINGS], names, **looks)
    inputs = ["file_result", "file_progress", "file_message"]
    bind(parts["file_stop"].click, stop, parts, inputs, ["file_message"], cancels=running)
