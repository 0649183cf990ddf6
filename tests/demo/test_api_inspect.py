"""The public function that looks inside a model, called as other programs call it.

The page is a real server in this process, over random models small enough to wait for.
"""

from collections.abc import Iterator

import gradio as gr
import pytest

from core.service import Service
from demo import api, limits
from demo.work import Worker
from tests.calls import result
from tests.tiny import letters, write_checkpoint, write_language_model

GOOD = {"text": "Der Hund schläft.", "checkpoint": "writer"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root = tmp_path_factory.mktemp("checkpoints")
    write_language_model(root / "writer", cell="gru")
    write_checkpoint(root / "translator")
    write_checkpoint(root / "speller", 3, letters())
    return Service(root=root, threads=1)


@pytest.fixture(scope="module")
def app(service: Service) -> Iterator[str]:
    with gr.Blocks(analytics_enabled=False) as demo:
        api.offer_inspect(Worker(service))
    demo.queue(max_size=limits.QUEUE_SIZE, default_concurrency_limit=limits.CONCURRENT_EVENTS)
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    try:
        yield address.rstrip("/")
    finally:
        demo.close()


def test_every_gate_and_state_is_given(service: Service, app: str) -> None:
    found, expected = result(app, "inspect", **GOOD), service.inspect(**GOOD).to_dict()
    assert found | {"seconds": 0} == expected | {"seconds": 0}
    names = ["reset gate", "update gate", "candidate", "hidden"]
    assert [(one["layer"], one["quantity"]) for one in found["traces"]] == [
        (layer, name) for layer in ("layer 1", "layer 2") for name in names
    ]
    reset = found["traces"][0]
    assert reset["tokens"] == ["<s>", "Der", " Hund", " schläft", "."]
    values = [value for row in reset["values"] for value in row]
    assert len(values) == 5 * 16 and all(0 <= value <= 1 for value in values)
    shut = sum(value < 0.1 for value in values) / len(values)
    assert reset["saturated"]["shut"] == pytest.approx(shut)


def test_a_layer_and_a_quantity_can_be_named(app: str) -> None:
    asked = {"text": "Der Hund.", "checkpoint": "translator", "quantity": "cell"}
    found = result(app, "inspect", **asked)
    assert [one["layer"] for one in found["traces"]] == [
        *(f"encoder layer {n}, {way}" for n in (1, 2) for way in ("forwards", "backwards")),
        *(f"decoder layer {n}" for n in (1, 2)),
    ]
    first, last = found["traces"][0], found["traces"][-1]
    assert first["tokens"][-1] == "</s>" and last["tokens"][0] == "<s>"
    assert "".join(last["tokens"][1:]).strip() == found["written"]
    (one,) = result(app, "inspect", **asked, layer="decoder layer 2")["traces"]
    assert one == last


def test_a_corrector_reads_a_word(app: str) -> None:
    found = result(app, "inspect", text="Teh", checkpoint="speller", quantity="hidden")
    assert found["text"] == "teh"  # as it was read
    assert found["traces"][0]["tokens"] == ["t", "e", "h", "</s>"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"text": ""}, "text is blank"),
        ({"text": " \u200b\n"}, "nothing to inspect"),
        ({"text": None}, "text must be a string"),
        ({"text": ["a"]}, "text must be a string"),
        ({"text": "x" * (limits.MAX_CHARACTERS + 1)}, "the limit is 2,000"),
        ({"text": "half a smile \ud83d"}, "half a character"),
        ({"checkpoint": "no-such-checkpoint"}, "no checkpoint called"),
        ({"checkpoint": "../../etc"}, "no checkpoint called"),
        ({"checkpoint": None}, "checkpoint must be a string"),
        ({"layer": 2}, "layer must be a string"),
        ({"quantity": "forget gate"}, "no such layer or quantity"),
        ({"layer": "layer 3"}, "layers: layer 1, layer 2"),
        ({"checkpoint": "translator", "text": "Ja. Nein."}, "one sentence at a time"),
        ({"checkpoint": "speller", "text": "teh cat"}, "single word"),
    ],
)
def test_a_bad_parameter_gets_a_sentence(app: str, changed: dict, told: str) -> None:
    with pytest.raises(RuntimeError, match=rf"{told}.*\.$") as error:
        result(app, "inspect", **GOOD | changed)
    assert len(str(error.value)) < 250


def test_an_answer_has_its_limit(app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_VALUES", 5 * 16)
    with pytest.raises(RuntimeError, match=r"640 values; the limit is 80\. Name a layer"):
        result(app, "inspect", **GOOD)
    assert result(app, "inspect", **GOOD, layer="layer 1", quantity="hidden")["traces"]
