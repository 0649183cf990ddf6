"""A file of sentences: what is refused, how it is cut into parts, and what can be downloaded."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from demo import limits
from demo.tabs import translate_file as tab

KNOBS = (5, 1.0, 1.0, 0)


def write(folder: Path, content: str | bytes, name: str = "greetings.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run(worker, path: Path | None, method="beam", knobs=KNOBS) -> list[dict]:
    """Every update that a run yields, with the content of a file beside its name."""

    async def collect():
        place = path and str(path)
        return [kept(u) async for u in tab.translate_file(worker, place, "tiny", method, *knobs)]

    return asyncio.run(collect())


def kept(update: dict) -> dict:
    """Read a result at once, as Gradio copies it: it is gone when the run ends."""
    path = update.get("file_result")
    if path is None:
        return update
    return update | {"content": Path(path).read_text(encoding="utf-8")}


def contents(updates: list[dict]) -> list[str]:
    return [update["content"] for update in updates if "content" in update]


def test_lines_are_read_as_they_stand(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffGuten Morgen\r\n\r\n Danke \nHallo")
    assert tab.read_file(path) == (["Guten Morgen", "", " Danke ", "Hallo"], [])


@pytest.mark.parametrize("name", ["pairs.tsv", "PAIRS.TSV", "pairs.txt"])
def test_a_second_column_is_the_references(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "Guten Morgen\tGood morning\n\nDanke\tThanks\tmore\n", name)
    assert tab.read_file(path) == (["Guten Morgen", "", "Danke"], ["Good morning", "", "Thanks"])


def test_a_text_with_a_tab_somewhere_has_no_references(tmp_path: Path) -> None:
    path = write(tmp_path, "Guten\tMorgen\nDanke\n")
    assert tab.read_file(path) == (["Guten\tMorgen", "Danke"], [])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "x" * 101, "The file has 101 bytes; the limit is 100."),
        ("a.txt", "x\n" * 11, "The file has 11 lines; the limit is 10."),
        ("a.txt", "x\n" + "y" * 21, "Line 2 has 21 characters; the limit is 20."),
        ("a.txt", "Grüße".encode("latin-1"), "The file is not UTF-8 text"),
        ("a.txt", "x".encode("utf-16"), "The file is not UTF-8 text"),
        ("a.txt", "", "The file is empty"),
        ("a.txt", "\ufeff", "The file is empty"),
        ("a.tsv", " \n\t\n", "The file is empty"),
        ("a.tsv", "\na\tb\nc\n", "Line 3 of the TSV has no tab"),
    ],
)
def test_a_refused_file_is_told_why(tmp_path, monkeypatch, name, content, sentence) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 100)
    monkeypatch.setattr(limits, "MAX_FILE_LINES", 10)
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 20)
    with pytest.raises(UserError) as error:
        tab.read_file(write(tmp_path, content, name))
    assert str(error.value).startswith(sentence)
    assert str(error.value).endswith(".")


def test_the_limits_themselves_are_allowed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(limits, "MAX_FILE_LINES", 2)
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 4)
    assert tab.read_file(write(tmp_path, "1234\n1234\n")) == (["1234", "1234"], [])


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_the_result_has_as_many_lines_as_the_file(tmp_path: Path, sign: str) -> None:
    path = write(tmp_path, f"Guten{sign}Morgen\nDanke\n")
    assert len(tab.read_file(path)[0]) == 2


@given(st.lists(st.text(max_size=2000), min_size=1, max_size=30))
def test_chunks_hold_all_lines_once_and_in_order(lines: list[str]) -> None:
    found: list[str] = []
    while len(found) < len(lines):
        chunk = tab.next_chunk(lines, len(found))
        assert len(chunk) == 1 or sum(map(len, chunk)) <= tab.CHUNK
        found += chunk
    assert found == lines


def test_a_file_is_translated_line_by_line(worker, service, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tab, "CHUNK", 10)
    monkeypatch.setattr(tab, "HAND_OVER", 0)
    updates = run(worker, write(tmp_path, "Guten\n\nMorgen\nDanke\n"))
    assert [request["lines"] for request in service.requests] == [
        ["Guten", ""],
        ["Morgen"],
        ["Danke"],
    ]
    none = {"done": 0, "total": 4, "text": "0 of 4 lines"}
    assert updates[0] == {"file_message": "", "file_result": None, "file_progress": none}
    bars = [update["file_progress"] for update in updates if "file_progress" in update]
    assert [bar["done"] for bar in bars] == [0, 2, 3, 4]
    assert bars[-1] == {"done": 4, "total": 4, "text": "4 of 4 lines"}
    assert updates[-1]["file_message"] == "4 lines are translated."
    assert contents(updates)[0] == "GUTEN\n\n"
    assert contents(updates)[-1] == "GUTEN\n\nMORGEN\nDANKE\n"
    assert Path(updates[2]["file_result"]).name == "greetings.en.txt"


def test_the_settings_are_those_of_the_tab(worker, service, tmp_path) -> None:
    run(worker, write(tmp_path, "Guten"), "sample", (99, "x", 0.5, 7))
    assert service.requests == [
        {
            "lines": ["Guten"],
            "checkpoint": "tiny",
            "method": "sample",
            "beam": 5,
            "length_penalty": 1.0,
            "temperature": 0.5,
            "seed": 7,
        }
    ]


def test_references_give_figures(worker, tmp_path) -> None:
    two = "ein mann und ein hund\tEIN MANN UND EIN HUND\n\ndanke\t\nja gut so nun\tJA GUT SO NUN\n"
    message = run(worker, write(tmp_path, two, "a.tsv"))[-1]["file_message"]
    assert message.startswith("4 lines are translated. BLEU 100.0 · chrF 100.0 · TER 0.0 · nrefs:1")
    assert message.endswith(" · references: 2")
    assert "eff:no" in message
    one = run(worker, write(tmp_path, "danke\tDANKE\n", "a.tsv"))[-1]["file_message"]
    assert one.endswith(" · references: 1")
    assert "eff:yes" in one  # figures of a sentence are others than those of a corpus


def test_figures_that_can_not_be_had_leave_the_translation(worker, service, tmp_path) -> None:
    long = write(tmp_path, f"danke\t{'word ' * 101}\n", "a.tsv")
    assert run(worker, long)[-1]["file_message"] == (
        "1 line is translated. No figures: a line has more than 100 words."
    )

    def late(translations, references):
        raise UserError("This took longer than 30 seconds.")

    service.compare = late
    assert run(worker, write(tmp_path, "danke\tthanks\n", "b.tsv"))[-1]["file_message"] == (
        "1 line is translated. No figures: This took longer than 30 seconds."
    )


def test_what_is_done_when_it_is_stopped_can_be_downloaded(worker, service, tmp_path, monkeypatch):
    monkeypatch.setattr(tab, "CHUNK", 1)
    monkeypatch.setattr(tab, "HAND_OVER", 0)

    async def stop_after_two_lines() -> list[str]:
        path = str(write(tmp_path, "Guten\nMorgen\nDanke\n"))
        running = tab.translate_file(worker, path, "tiny", "beam", *KNOBS)
        updates: list[dict] = []
        while len(contents(updates)) < 2:
            updates.append(kept(await anext(running)))
        await running.aclose()
        return contents(updates)

    assert asyncio.run(stop_after_two_lines())[-1] == "GUTEN\nMORGEN\n"
    assert len(service.requests) == 2


def test_stop_says_whether_there_is_anything_to_download() -> None:
    assert tab.stop("greetings.en.txt", tab.bar(1, 2), "") == {"file_message": tab.STOPPED}
    assert tab.stop(None, tab.bar(0, 2), "") == {
        "file_message": "Stopped; no line is translated yet."
    }
    assert tab.stop("greetings.en.txt", tab.bar(2, 2), "2 lines are translated.") == {}
    told = tab.stop("greetings.en.txt", tab.bar(2, 2), "")  # while they get their figures
    assert told == {"file_message": "Stopped; all lines are translated."}


def test_an_error_on_the_way_keeps_what_is_done(worker, service, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tab, "CHUNK", 1)
    quick = service.translate_lines

    def fail_at_the_second(**request) -> list[str]:
        service.fault = UserError("This took too long.") if service.requests else None
        return quick(**request)

    monkeypatch.setattr(worker, "_translate_lines", fail_at_the_second)
    updates = run(worker, write(tmp_path, "Guten\nMorgen\n"))
    assert updates[-1] == {"file_message": "This took too long."}
    assert contents(updates) == ["GUTEN\n"]


def test_without_a_file_or_with_a_bad_setting_nothing_runs(worker, service, tmp_path) -> None:
    (update,) = run(worker, None)
    assert update["file_message"].startswith("Choose a file first")
    (update,) = run(worker, write(tmp_path, ""))
    assert update == {"file_message": "The file is empty; it needs a sentence a line."}
    (update,) = run(worker, write(tmp_path, "Guten"), knobs=(99, 1.0, 1.0, 0))
    assert update["file_message"].startswith("beam must be")
    assert service.requests == []


def test_figures_are_computed_off_the_event_loop(worker, service, tmp_path, monkeypatch) -> None:
    def threads_of(translations, references):
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return type(service).compare(service, translations, references)

    monkeypatch.setattr(service, "compare", threads_of)
    run(worker, write(tmp_path, "danke\tDANKE\n", "a.tsv"))
