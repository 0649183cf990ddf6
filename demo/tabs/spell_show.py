"""Which parts of the Spell tab show what of a proof."""

import gradio as gr

from core.service import DEFAULT_CORRECTOR, Report
from demo import spelling
from demo.proof import Proof
from demo.tabs.binding import Updates

NO_WORDS = "Nothing here can be checked: English words of 2 to 30 letters are."


def show_proof(proof: Proof, report: Report | None) -> Updates:
    """Return the updates that show a new text, or the same after its words were changed.

    The report is of the corrector that is shipped, and says nothing of another.
    """
    measured = proof.correction is None or proof.correction.checkpoint == DEFAULT_CORRECTOR
    return {
        "output": spelling.text_value(proof),
        "summary": spelling.summary_line(proof),
        "figures": spelling.figures_line(report if measured else None, proof.threshold),
        "undo": gr.update(interactive=bool(proof.choices)),
        **show_word(proof),
    }


def show_word(proof: Proof, focus: bool = False) -> Updates:
    """Return the updates that show the open word; its mark in the text is there already."""
    return {
        "candidates": spelling.candidates_value(proof, focus),
        "attention": spelling.map_value(proof),
        "map_line": spelling.map_line(proof),
    }
