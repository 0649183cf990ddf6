"""Which parts of the Generate tab show what of the text on the desk."""

import gradio as gr

from demo import lines, texts
from demo.desk import Desk
from demo.tabs.binding import Updates

RAW_ONLY = "Pretty is for models that write words; this one writes capitals and spaces itself."


def show_text(desk: Desk, writing: bool = False) -> Updates:
    """Return the updates that show the text, or as much of it as there is while one writes."""
    generation = desk.generation
    if generation is None:
        return {}
    return {
        **show_tokens(desk, writing),
        "output": texts.text_of(generation, desk.pretty),
        "summary": lines.written_line(generation, desk.kept),
    }


def show_tokens(desk: Desk, writing: bool = False) -> Updates:
    """Return the update that shows the tokens, the selected one marked."""
    assert desk.generation is not None
    desk.marked = desk.selected
    value = texts.strip_value(desk.generation, desk.pretty, writing, desk.selected, desk.pressed)
    return {"tokens": value}


def show_ended(desk: Desk) -> Updates:
    """Return the updates that show a text which nobody is writing any longer."""
    if desk.generation is None:
        return {}
    in_words = desk.generation.units == "word"
    return {
        **show_text(desk),
        "shown": gr.update(interactive=in_words),
        "raw_only": "" if in_words else RAW_ONLY,
    }
