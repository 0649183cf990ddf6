"""What is visible in a text, and units that go along with it."""

import json
import random
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from core.__main__ import app
from core.checkpoint import load_checkpoint, save_checkpoint
from core.commands import inspect as command
from core.errors import UserError
from core.inspection.features import features
from core.inspection.held_out import look_for_units, read_units, write_units
from core.inspection.layers import language_model_layers, pack
from core.inspection.units import Sums, find_units
from core.service import Service
from core.tokenizers.character import CharacterTokenizer
from core.tokenizers.protocol import Tokenizer
from tests import tiny

TEXT = "I (as [we] do) say “so”. No."
_CHANCE = random.Random(1)
# "(cab)dca.(b)abc." and the like: the same letters inside of brackets and outside.
DOCUMENTS = [
    "".join(
        f"({''.join(_CHANCE.choices('abcd', k=inside))}){''.join(_CHANCE.choices('abcd', k=6))}."
        for inside in _CHANCE.choices(range(3, 12), k=3)
    )
    for _ in range(60)
]


def seen(text: str, tokenizer: Tokenizer, backwards: bool = False) -> dict[str, list[float]]:
    return features(text, tokenizer.encode(text), tokenizer, backwards)


def characters(*texts: str) -> CharacterTokenizer:
    return CharacterTokenizer.train(texts, min_frequency=1)


def marked(text: str, values: list[float]) -> str:
    """The signs whose mark is 1."""
    return "".join(sign for sign, value in zip(text, values, strict=True) if value)


def test_signs_are_marked() -> None:
    found = seen(TEXT, characters(TEXT, "A"))
    assert marked(TEXT, found["inside brackets"]) == "(as [we] do)"
    assert marked(TEXT, found["inside quotes"]) == "“so”"
    assert marked(TEXT, found["sentence end"]) == ".."
    assert marked(TEXT, found["capital"]) == "IN"
    assert found["position"] == list(range(len(TEXT)))
    assert found["letters of the word so far"][:8] == [1, 0, 0, 1, 2, 0, 0, 1]
    assert found["position in the sentence"][-5:] == [23, 0, 1, 2, 3]  # ". No."


@pytest.mark.parametrize("text", ["(a) b)", "b) (a)", "(b (a)", "[(a)", '"a" b"', "``a'' `b'"])
def test_a_sign_without_its_other_encloses_nothing(text: str) -> None:
    found = seen(text, characters(text, "Aa"))
    inside = found["inside brackets" if "(" in text else "inside quotes"]
    assert "a" in marked(text, inside) and "b" not in marked(text, inside)


def test_words_have_a_length_and_no_capitals() -> None:
    found = seen("Der Hund schläft (hier).", tiny.words())
    assert found["word length"] == [3, 4, 7, 0, 4, 0, 0]
    assert seen("state-of-the-art", tiny.words())["word length"] == [13]
    assert found["inside brackets"] == [0, 0, 0, 1, 1, 1, 0]
    assert "capital" not in found


def test_places_are_counted_in_the_direction_of_reading() -> None:
    found = seen("Ab c. De", characters("Ab c. De"), backwards=True)
    assert found["position from the end"] == [7, 6, 5, 4, 3, 2, 1, 0]
    assert found["letters of the word from here"] == [2, 1, 0, 1, 0, 0, 2, 1]
    assert found["position from the sentence’s end"] == [4, 3, 2, 1, 0, 2, 1, 0]


def test_correlation_is_pearsons() -> None:
    torch.manual_seed(1)
    x, f = torch.randn(50, 3).double(), torch.randn(50, 2).double()
    x[:, 2] = 4.0  # never changes
    found = Sums.of(x[:20], f[:20]).plus(Sums.of(x[20:], f[20:])).r
    wanted = torch.corrcoef(torch.cat((x, f), dim=1).T)[:3, 3:]
    torch.testing.assert_close(found[:2], wanted[:2])
    assert found[2].tolist() == [0.0, 0.0]


def plant(folder: Path) -> None:
    """Write a model of characters whose unit 5 is 1 from "(" on and 0 from ")" on."""
    pieces = characters(*DOCUMENTS)
    model = tiny.write_language_model(folder, pieces, cell="rnn", num_layers=1)
    opens, closes = (pieces.encode(sign)[0].id for sign in "()")
    with torch.no_grad():
        layer = model.layers[0]
        model.embedding.weight[:, 0] = 0.0  # the first number of an embedding is the bracket's
        model.embedding.weight[opens, 0], model.embedding.weight[closes, 0] = 9.0, -9.0
        for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
            layer.get_parameter(name)[5] = 0.0
        layer.weight_ih_l0[5, 0], layer.weight_hh_l0[5, 5] = 1.0, 3.0
    save_checkpoint(folder, model, [pieces], recipe={"name": "planted", "data": "own"})


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "planted"
    plant(folder)
    return folder


def test_a_planted_unit_is_found(planted: Path) -> None:
    found, tokens = find_units(load_checkpoint(planted), DOCUMENTS)
    best = next(one for one in found if one.feature == "inside brackets")
    assert (best.layer, best.quantity, best.unit) == ("layer 1", "hidden", 5)
    assert abs(best.r) > 0.8
    assert tokens == sum(map(len, DOCUMENTS))
    assert [abs(one.r) for one in found] == sorted((abs(one.r) for one in found), reverse=True)
    assert "inside quotes" not in {one.feature for one in found}  # there are none


def test_a_unit_is_measured_on_texts_that_did_not_choose_it(planted: Path) -> None:
    checkpoint, measured = load_checkpoint(planted), ["(ab)cd.(dddd)a."] * 10
    found, _ = find_units(checkpoint, DOCUMENTS[:10] + measured)
    best = next(one for one in found if one.feature == "inside brackets" and one.unit == 5)
    tokenizer = checkpoint.target_tokenizer
    row = [piece.id for piece in tokenizer.encode(measured[0])]
    texts = pack([[tokenizer.bos_id, *row]], checkpoint.model.device)
    trace = language_model_layers(checkpoint.model, texts)["layer 1"]["hidden"][1:, 5]
    marks = torch.tensor(seen(measured[0], tokenizer)["inside brackets"])
    assert best.r == pytest.approx(
        torch.corrcoef(torch.stack((trace, marks)))[0, 1].item(), abs=1e-4
    )


def test_translators_have_units_too(tmp_path: Path) -> None:
    tiny.write_checkpoint(tmp_path / "translator")
    found, tokens = find_units(load_checkpoint(tmp_path / "translator"), tiny.PAIRS)
    layers = {one.layer for one in found}
    assert {"encoder layer 1, forwards", "encoder layer 2, backwards", "decoder layer 2"} <= layers
    backwards = {one.feature for one in found if one.layer.endswith("backwards")}
    assert "position from the end" in backwards and "position" not in backwards
    assert tokens > 0


def test_units_are_stored_and_read_again(planted: Path, tmp_path: Path) -> None:
    file = tmp_path / "held-out.txt"
    file.write_text("\n".join(DOCUMENTS), encoding="utf-8")
    assert read_units(planted) is None
    look = partial(look_for_units, planted, load_checkpoint(planted))
    units = look(file, "command", lambda texts: None)
    assert (units.part, units.n, units.command) == ("held-out.txt", 60, "command")
    write_units(planted, units)
    assert read_units(planted) == units
    inspected = Service(root=planted.parent).inspect("a (b) a", "planted")
    assert inspected.units == units
    write_units(planted, replace(units, weights="of another training"))
    assert read_units(planted) is None
    (planted / "units.json").write_text('{"found": [{}]}', encoding="utf-8")
    with pytest.raises(UserError, match="it holds no units"):
        read_units(planted)
    (planted / "units.json").unlink()
    with pytest.raises(UserError, match="give --held-out FILE"):
        look(None, "command", lambda texts: None)
    file.write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(UserError, match="2 texts are too few"):
        look(file, "command", lambda texts: None)


def test_the_command_prints_gates_and_units(
    planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(root=planted.parent)
    tiny.write_language_model(planted.parent / "lstm", cell="lstm")
    monkeypatch.setattr(command, "Service", lambda **options: service)
    file = tmp_path / "held-out.txt"
    file.write_text("\n".join(DOCUMENTS), encoding="utf-8")
    arguments = ["inspect", "--units", "planted", "--held-out", str(file)]
    assert "layer 1\t5\thidden\tinside brackets\t" in CliRunner().invoke(app, arguments).stdout
    shown = CliRunner().invoke(app, ["inspect", "Der Hund", "--checkpoint", "lstm"]).stdout
    assert shown.splitlines()[0] == "layer\tgate\tbelow 0.1\tabove 0.9"
    assert "layer 2\tforget gate\t" in shown
    arguments = ["inspect", "a (b)", "--checkpoint", "planted", "--json"]
    found = json.loads(CliRunner().invoke(app, arguments).stdout)
    (trace,) = found["traces"]
    assert (trace["layer"], trace["quantity"], len(trace["tokens"])) == ("layer 1", "hidden", 6)
    assert [len(row) for row in trace["values"]] == [16] * 6
    assert found["units"]["found"][0]["layer"] == "layer 1"
