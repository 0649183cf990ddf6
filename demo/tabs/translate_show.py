"""Which parts of the Translate tab show what of a view."""

import gradio as gr

from core.pipelines.results import Translation
from demo import lines, maps
from demo.tabs.binding import Updates
from demo.tabs.translate_cards import CLEARED
from demo.tabs.translate_cards import FIGURES as FIGURES
from demo.views import View

HOW_TO_FORCE = "What if? Pin a cell of the map, and its row can be made to look at its column."


def new_view(before: View | None, translation: Translation) -> View:
    """Return a view of a new translation that is drawn as the last one was."""
    return before.of(translation) if before else View(translation)


def show_translation(view: View) -> Updates:
    """Return the updates that show a new translation."""
    choices = lines.sentence_choices(view.sentences)
    return {
        "output": view.translation.text,
        "summary": _summary(view),
        "sentence": gr.update(choices=choices, value=view.sentence, visible=len(choices) > 1),
        **show_sentence(view),
    }


def _summary(view: View) -> str:
    """Return the figures of the last run, which may have been of one sentence alone."""
    if view.run is None:
        return lines.summary_line(view.translation)
    return f"sentence {view.sentence + 1} · {lines.summary_line(view.run)}"


def show_sentence(view: View) -> Updates:
    """Return the updates that show another sentence."""
    return {**CLEARED, **show_hypothesis(view)}


def show_hypothesis(view: View) -> Updates:
    """Return the updates that show another hypothesis of the same sentence."""
    return {
        **draw(view),
        "hypotheses": maps.list_value(view),
        "alternatives": None,
        **show_pin(view),
    }


def draw(view: View) -> Updates:
    """Return the updates that draw the map."""
    return {"view": view, "attention": maps.map_value(view), "too_large": maps.size_line(view)}


def drawn_by_now(updates: Updates, now: View | None) -> Updates:
    """Return what a model has answered, drawn as the visitor has chosen meanwhile."""
    if "view" not in updates or now is None:
        return updates
    return {**updates, **draw(updates["view"].drawn_as(now))}


def show_pin(view: View) -> Updates:
    """Return what the pin of the view makes possible."""
    source, target, _ = maps.grid(view)
    row, column = view.pin.row, view.pin.column
    text, on = HOW_TO_FORCE, False
    if row is not None and column is not None:
        piece = "" if len(view.target_tokens[row]) == 1 else " (its first piece)"
        text = f"What if “{target[row]}”{piece} had looked at “{source[column]}” alone?"
        on = True
    return {
        "force_text": text,
        "force_step": gr.update(interactive=on),
        "force_end": gr.update(interactive=on),
        "free": gr.update(interactive=view.free is not None),
    }
