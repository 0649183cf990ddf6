"""The command line: results on stdout, the rest on stderr, and a sentence for what goes wrong.

It translates with a checkpoint that is shipped; what it writes is not looked at.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.checkpoint import load_checkpoint, read_config, write_json
from tests.command_line import Result, run_core
from tests.tiny import PAIRS, letters, write_checkpoint

ROOT = Path(__file__).resolve().parent.parent
NAME = "translate-de-en-multi30k"
TEXT = "Ein Hund schläft. Zwei Männer warten!"
OWN = ["train", "translate-de-en", "--source", "own.tsv", "--output", "o"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Run ``python -m core`` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run_core


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "in.de"
    path.write_text("Ein Hund.\n\nZwei Männer. Eine Frau.\n \nEin Hund.\n", encoding="utf-8")
    return path


def test_a_text_is_translated_to_stdout_alone(run) -> None:
    result = run("translate", TEXT, "--checkpoint", NAME)
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith("\n") and result.out.count("\n") == 1
    assert result.out.strip()


def test_a_prefix_is_what_the_translation_begins_with(run) -> None:
    result = run("translate", "Ein Hund.", "--checkpoint", NAME, "--prefix", "A do")
    assert result.status == 0
    assert result.out.startswith("A do")


def test_json_has_the_fields_of_the_translation(run) -> None:
    result = run("translate", TEXT, "--checkpoint", NAME, "--beam", 3, "--json")
    content = json.loads(result.out)
    assert content["source"] == TEXT
    assert (content["checkpoint"], content["method"], content["beam"]) == (NAME, "beam", 3)
    assert [len(part["hypotheses"]) for part in content["sentences"]] == [3, 3]
    plain = run("translate", TEXT, "--checkpoint", NAME, "--beam", 3)
    assert content["text"] == plain.out.removesuffix("\n")


def test_a_file_gives_a_line_for_each_line(run, lines: Path, tmp_path: Path) -> None:
    result = run("translate", "--input", lines, "--checkpoint", NAME)
    assert result.status == 0
    one, blank, two, spaces, again = result.out.removesuffix("\n").split("\n")
    assert one and two and (blank, spaces) == ("", "")
    assert one == again == run("translate", "Ein Hund.", "--checkpoint", NAME).out.strip()
    assert "5 lines" in result.err and "sentences/s" in result.err and "tokens/s" in result.err

    output = tmp_path / "out.en"
    written = run("translate", "--input", lines, "--output", output, "--checkpoint", NAME)
    assert (written.status, written.out) == (0, "")
    assert output.read_text(encoding="utf-8") == result.out


def test_a_file_as_json_gives_an_object_for_each_line(run, lines: Path) -> None:
    result = run("translate", "--input", lines, "--checkpoint", NAME, "--json")
    one, blank, two, spaces, again = map(json.loads, result.out.splitlines())
    assert (blank, spaces) == (None, None)
    assert one["text"] == again["text"]
    assert len(two["sentences"]) == 2


def test_a_seed_repeats_a_sample(run) -> None:
    def text(seed: int) -> str:
        sampled = ("--method", "sample", "--temperature", 2, "--seed", seed)
        return run("translate", TEXT, "--checkpoint", NAME, *sampled).out

    assert text(1) == text(1) != text(2)


def test_evaluation_of_its_own_translations_is_perfect(run, lines: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.de"
    text = "Ein Hund rennt über eine grüne Wiese.\nZwei Männer warten auf den Bus.\n"
    source.write_text(text, encoding="utf-8")
    reference = tmp_path / "reference.en"
    run("translate", "--input", source, "--output", reference, "--checkpoint", NAME)
    files = ("--source", source, "--reference", reference)
    result = run("evaluate", NAME, *files, "--json")
    figures = json.loads(result.out)
    assert figures["bleu"] == pytest.approx(100)
    assert figures["chrf"] == pytest.approx(100)
    assert figures["ter"] == pytest.approx(0)
    assert figures["n"] == 2 and figures["seconds"] > 0
    assert "tok:13a" in figures["signature"] and "case:mixed" in figures["signature"]
    reference.write_text("Something else.\nNothing alike here.\n", encoding="utf-8")
    worse = json.loads(run("evaluate", NAME, *files, "--json").out)
    assert worse["bleu"] < 20


def test_info_and_the_list_of_corpora_are_json_too(run) -> None:
    content = json.loads(run("info", "--json").out)
    assert NAME in content["checkpoints"]
    assert "translate-de-en" in content["recipes"]
    corpora = json.loads(run("data", "list", "--json").out)
    assert "tatoeba-de-en" in {corpus["name"] for corpus in corpora}
    assert "tatoeba-de-en" in run("data", "list").out
    assert NAME in run("info").out


@pytest.mark.parametrize(
    "command", ["", "translate", "correct", "evaluate", "train", "info", "data"]
)
def test_help_describes_each_command(run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert (result.status, result.err) == (0, "")
    assert "Usage:" in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["translate"], "either a text or --input"),
        (["translate", "Ja.", "--input", "x"], "either a text or --input"),
        (["translate", " ", "--checkpoint", NAME], "no text to translate"),
        (["translate", "Ja.", "--checkpoint", "nothing"], "no checkpoint called 'nothing'"),
        (["translate", "Ja.", "--method", "guess"], "method must be"),
        (["translate", "Ja.", "--beam", "0"], "beam must be"),
        (["translate", "--input", "one.de", "--prefix", "x"], "--prefix is for a text of one"),
        (["translate", "Ja. Nein.", "--checkpoint", NAME, "--prefix", "x"], "there are 2 here"),
        (["translate", "Ja.", "--temperature", "nan"], "temperature must be"),
        (["translate", "Ja.", "--length-penalty", "inf"], "length_penalty must be"),
        (["translate", "Ja.", "--seed", "-1"], "seed must be"),
        (["translate", "Ja.", "--device", "tpu"], "device must be"),
        (["translate", "--input", "missing.de"], "missing.de can't be read"),
        (["translate", "--input", "latin-1.de"], "latin-1.de is not UTF-8"),
        (["translate", "--input", "empty.de"], "empty.de is empty"),
        (["translate", "--input", "."], "can't be read"),
        (["translate", "Ja.", "--output", "no/such/folder"], "no/such/folder can't be written"),
        (["translate", "Ja.", "--checkpoint", NAME, "--output", "."], "can't be written"),
        (["evaluate", "nothing", "--part", "numerals"], "no checkpoint called 'nothing'"),
        (["evaluate", "nothing", "--text", "one.de"], "no checkpoint called 'nothing'"),
        (["translate", "Guten Morgen!", "--prefix", "The \udcff"], "prefix that was given is not"),
        (["evaluate", NAME], "--source and --reference, or --part"),
        (["evaluate", NAME, "--part", "nothing"], "no part called 'nothing'"),
        (
            ["evaluate", NAME, "--source", "one.de", "--reference", "two.en"],
            "one.de has 1 lines and two.en has 2",
        ),
        (["train", "nothing"], "no recipe called 'nothing'"),
        (["train", "translate-de-en", "--learning-rate", "nan"], "learning_rate must be"),
        (["train", "translate-de-en", "--learning-rate", "0"], "learning_rate must be"),
        (["train", "translate-de-en", "--target", "two.en"], "--target needs --source"),
        (["train", "translate-de-en", "--source", "one.de"], "no tab"),
        (["train", "translate-de-en", "--source", "own.tsv"], "--output"),
        (
            ["train", "translate-de-en", "--source", "one.de", "--target", "two.en"],
            "one.de has 1 lines and two.en has 2",
        ),
        (
            [*OWN, "--resume"],
            "no run to resume",
        ),
        (
            [*OWN, "--from", "x"],
            "config.json is missing",
        ),
        (
            [*OWN, "--max-minutes", "nan"],
            "max_minutes must be",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "latin-1.de").write_bytes("Grüße".encode("latin-1"))
    (tmp_path / "empty.de").write_bytes(b"\n")
    (tmp_path / "one.de").write_text("Ein Hund.\n")
    (tmp_path / "two.en").write_text("A dog.\nA cat.\n")
    rows = [f"{pair.source}\t{pair.target}\n" for pair in PAIRS]
    (tmp_path / "own.tsv").write_text("".join(rows), encoding="utf-8")
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    said = [line for line in result.err.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1
    assert message in said[0]
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "arguments",
    [["guess"], ["translate", "Ja.", "--beam", "many"], ["translate", "Ja.", "--colour"]],
)
def test_a_command_that_is_not_there_is_refused(run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "Error" in result.err and "Traceback" not in result.err


def test_own_text_makes_a_checkpoint_in_its_own_folder(run, tmp_path: Path) -> None:
    source = tmp_path / "own.tsv"
    source.write_text("".join(f"{p.source}\t{p.target}\n" for p in PAIRS), encoding="utf-8")
    output = tmp_path / "checkpoints" / "mine"
    result = run(
        *("train", NAME, "--source", source, "--output", output),
        *("--max-steps", 2, "--device", "cpu"),
    )
    assert (result.status, result.out) == (0, "")
    assert load_checkpoint(output).config["recipe"]["data"] == "own"
    card = (output / "README.md").read_text(encoding="utf-8")
    assert "# mine" in card and "Multi30k image captions" not in card
    command = f"python -m core train {NAME} --source {source} --output {output} --max-steps 2"
    assert f"`{command} --device cpu` repeats it." in card
    assert load_checkpoint(output).config["recipe"]["command"] == f"{command} --device cpu"


def test_a_card_names_what_the_weights_had_read_before(run, tmp_path: Path) -> None:
    source, output = tmp_path / "own.tsv", tmp_path / "checkpoints" / "further"
    source.write_text("".join(f"{p.source}\t{p.target}\n" for p in PAIRS), encoding="utf-8")
    start = tmp_path / "start"
    write_checkpoint(start)
    config = read_config(start)
    write_json(start / "config.json", config | {"recipe": {"data": "multi30k", "before": []}})
    result = run(
        *("train", NAME, "--source", source, "--output", output, "--from", start),
        *("--max-steps", 2, "--device", "cpu"),
    )
    assert (result.status, result.out) == (0, "")
    card = (output / "README.md").read_text(encoding="utf-8")
    assert "Multi30k image captions" in card and "- the user's own text" in card
    assert "read image captions and the user's own text alone" in card
    assert "training part of this run" in card and f"--from {start}" in card
    assert read_config(output)["recipe"]["before"] == ["multi30k"]


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_goes_away_early_is_no_error(lines: Path) -> None:
    process = start("translate", "--input", str(lines), "--checkpoint", NAME)
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.wait()
    assert "Traceback" not in errors and "BrokenPipe" not in errors


def test_the_command_line_starts_without_the_training_libraries() -> None:
    code = "import sys, core.__main__; print([m for m in sys.modules if 'lightning' in m])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


WRITER = "lm-arxiv-char"
WRITE = ("generate", "We propose", "--checkpoint", WRITER, "--max-tokens", 20)


def test_a_text_is_written_to_stdout_and_its_figures_to_stderr(run) -> None:
    result = run(*WRITE, "--seed", 3)
    assert result.status == 0
    assert result.out.startswith("We propose") and result.out.endswith("\n")
    assert 0 <= len(result.out) - len("We propose\n") <= 20
    assert "tokens/s" in result.err and "perplexity" in result.err
    assert run(*WRITE, "--seed", 3).out == result.out != run(*WRITE, "--seed", 4).out


def test_json_gives_every_step(run) -> None:
    content = json.loads(run(*WRITE, "--seed", 3, "--json").out)
    assert content["text"] + "\n" == run(*WRITE, "--seed", 3).out
    assert content["text"] == content["prompt"] + "".join(s["text"] for s in content["steps"])
    assert 0 < len(content["steps"]) <= 20
    assert all(len(step["alternatives"]) == 10 for step in content["steps"])
    assert content["options"]["seed"] == 3


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--temperature", "nan", "temperature"),
        ("--top-p", 1.5, "top_p"),
        ("--top-k", -1, "top_k"),
        ("--min-p", 2, "min_p"),
        ("--typical", -0.1, "typical"),
        ("--repetition-penalty", 0, "repetition_penalty"),
        ("--no-repeat", -1, "no_repeat_ngram"),
        ("--max-tokens", 0, "max_tokens"),
        ("--method", "guess", "method"),
        ("--checkpoint", NAME, "translator"),
    ],
)
def test_a_setting_out_of_range_is_one_sentence(run, option: str, value: object, told: str) -> None:
    result = run(*WRITE, option, value)
    assert (result.status, result.out) == (2, "")
    assert told in result.err and result.err.count("\n") == 1


def test_greedy_is_sampling_from_one_token(run) -> None:
    greedy = run(*WRITE, "--method", "greedy").out
    assert greedy == run(*WRITE, "--top-k", 1).out == run(*WRITE, "--top-p", 0).out


def test_a_language_model_is_measured_on_a_file(run, tmp_path: Path) -> None:
    # Blank lines, and signs that can't be seen, are not read in a training either.
    text = "\n\nWe propose\ta  model.\n\nIt wo\u00adrks.\n"
    (tmp_path / "my.txt").write_text(text, encoding="utf-8")
    result = json.loads(run("evaluate", WRITER, "--text", "my.txt", "--json").out)
    assert (result["n"], result["characters"]) == (2, 19 + 9 + 2)
    assert result["tokens"] == 30 and result["unknown_share"] == 0
    assert 1 < result["perplexity"] == pytest.approx(2 ** result["bits_per_token"])
    assert result["bits_per_character"] == pytest.approx(result["bits_per_token"])


def test_training_takes_the_text_that_its_model_reads(run, tmp_path: Path) -> None:
    (tmp_path / "my.txt").write_text("one\ntwo\n", encoding="utf-8")
    few = run("train", WRITER, "--text", "my.txt", "--output", "o")
    assert few.status == 2 and "at least 10" in few.err
    pairs = run("train", WRITER, "--source", "my.txt", "--output", "o")
    assert pairs.status == 2 and "--text" in pairs.err
    text = run("train", NAME, "--text", "my.txt", "--output", "o")
    assert text.status == 2 and "--source" in text.err


def test_a_corrector_is_measured_on_a_file(run, tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "models" / "speller", 3, letters())
    (tmp_path / "my.tsv").write_text("teh\tthe\nrecieve\treceive\n", encoding="utf-8")
    lab = [{"input": ["teh"], "target": "the"}, {"input": ["recieve"], "target": "receive"}]
    (tmp_path / "lab.json").write_text(json.dumps(lab), encoding="utf-8")
    found, same = (
        json.loads(run("evaluate", "models/speller", "--pairs", name, "--json").out)
        for name in ("my.tsv", "lab.json")
    )
    assert found["n"] == 2 and 0 <= found["bleu4"] < 1
    assert (found["bleu4"], found["cer"]) == (same["bleu4"], same["cer"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lab.json", '[{"input": ["teh"]}]'),
        ("lab.json", '[{"input": "teh", "target": "the"}]'),
        ("lab.json", '[{"input": ["teh"], "target": ""}]'),
        ("lab.json", '[{"input": [], "target": "the"}]'),
        ("lab.json", "[]"),
        ("my.tsv", "teh\t\n"),
        ("nothing.json", None),
        ("nothing.tsv", None),
    ],
)
def test_a_file_without_pairs_is_told(run, tmp_path: Path, name: str, text: str | None) -> None:
    write_checkpoint(tmp_path / "models" / "speller", 3, letters())
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    wrong = run("evaluate", "models/speller", "--pairs", name)
    assert wrong.status == 2 and name in wrong.err and wrong.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["correct"], "Give either a text or --input FILE"),
        (["correct", "teh", "--input", "my.txt"], "Give either a text or --input FILE"),
        (["correct", "teh", "--output", "no/where"], "there is no folder no"),
        (["correct", "teh", "--output", "."], "it is a folder"),
        (["evaluate", "spell-en", "--part", "test", "--pairs", "my.tsv"], "not both"),
        (["evaluate", NAME, "--part", "tatoeba", "--source", "my.de"], "not both"),
        (["evaluate", NAME, "--text", "my.txt"], f"--text is not for {NAME}"),
        (["evaluate", "spell-en", "--part", "test", "--beam", 9], "--beam is not for spell-en"),
        (["study", "sampling", "--all"], "Name a study or give --all"),
        (["correct", "teh", "--threshold", "nan"], "threshold must be from 0 to 100, not nan"),
        (["correct", "caf\udce9"], "is not UTF-8"),
        (["correct", "teh", "--checkpoint", NAME], "is a translator: it does not correct"),
        (["train", "spell-en", "--text", "my.txt"], "spell-en is trained on its own lists"),
        (["train", "misspell-en", "--source", "my.tsv"], "misspell-en is trained on its own lists"),
    ],
)
def test_what_can_not_be_corrected_is_told(run, arguments: list[str], told: str) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert told in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--gradients", "--bptt"], "either --gradients or --bptt"),
        (["--gradients", "--checkpoint", "lm-arxiv-char"], "--checkpoint is not for --gradients"),
        (["--slip", "transpose"], "--slip is for --bptt"),
        (["--token", 3], "--token is for --gradients"),
        (["--held-out", "my.txt"], "--held-out is for --units"),
        (["--units", NAME], "not the one that you give"),
    ],
)
def test_options_of_inspect_that_would_be_ignored_are_told(run, options, told: str) -> None:
    result = run("inspect", "the cat sat", *options)
    assert (result.status, result.out) == (2, "")
    assert told in result.err and result.err.count("\n") == 1


def test_inspect_follows_a_gradient(run) -> None:
    request = ["inspect", "We propose a model.", "--gradients", "--token", 3]
    result = run(*request)
    assert (result.status, result.err) == (0, "")
    token, head, *lines = result.out.splitlines()
    assert token == "token\tmodel"
    states = [line.split("\t")[0].rpartition("-")[2] + line.split("\t")[2] for line in lines]
    assert states == ["rnnh", "gruh", "lstmh", "lstmc"]
    assert {len(line.split("\t")) for line in (head, *lines)} == {len(head.split("\t"))}
    found = json.loads(run(*request, "--compare", "lm-arxiv-word-gru", "--json").out)
    assert [flow["cell"] for flow in found["flows"]] == ["gru"]
    assert found["read"] == ["a", "propose", "We", "<s>"]


def test_inspect_derives_a_gradient_by_hand(run) -> None:
    result = run("inspect", "the cat sat", "--bptt", "--slip", "transpose")
    assert (result.status, result.err) == (0, "")
    assert len(result.out.splitlines()) == 2 + 5 + 1 + 5
    found = json.loads(run("inspect", "abba", "--bptt", "--characters", "--json").out)
    assert found["tokens"] == ["a", "b", "b", "a"]
    assert max(found["differences"]["none"].values()) <= 1e-10
    wrong = run("inspect", "a " * 11, "--bptt")
    assert (wrong.status, wrong.out) == (2, "") and "the limit is 10" in wrong.err
