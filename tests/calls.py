"""Call a public function of a running page by HTTP: a POST gives a number, a GET its events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

PATIENCE = 120  # seconds
# One for all: each would read the certificates of its own, which takes longer than an answer.
_client = httpx.Client(verify=False, timeout=PATIENCE, limits=httpx.Limits(max_connections=None))


def ask(app: str, name: str, **arguments: Any) -> str:
    """Ask for a function by its name and return where its events are."""
    body = json.dumps(arguments)  # Python's json writes NaN and Infinity, as others do
    headers = {"content-type": "application/json"}
    answer = _client.post(f"{app}/gradio_api/call/v2/{name}", content=body, headers=headers)
    answer.raise_for_status()
    return f"{app}/gradio_api/call/{name}/{answer.json()['event_id']}"


@contextmanager
def listening(address: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """Give the events there as (kind, content), as they come; at the end, hang up."""
    with _client.stream("GET", address) as response:
        yield _events(response)


def _events(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    kind = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


def updates(app: str, name: str, **arguments: Any) -> Iterator[Any]:
    """Call a function and yield each content that it gives, the last one last.

    Raises:
        RuntimeError: it gave an error; with its sentence.
    """
    with listening(ask(app, name, **arguments)) as events:
        for kind, content in events:
            if kind == "error":
                raise RuntimeError(content["error"])
            if kind == "complete":
                return
            if kind == "generating":
                yield content[0]


def result(app: str, name: str, **arguments: Any) -> Any:
    """Call a function and return the last content that it gives."""
    with listening(ask(app, name, **arguments)) as events:
        kind, content = list(events)[-1]
    if kind == "error":
        raise RuntimeError(content["error"])
    return content[0]
