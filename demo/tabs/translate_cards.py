"""The cards below the map that open on demand: tree, comparison, reference, file."""

import gradio as gr

from demo import limits
from demo.components.attention_map import AttentionMap
from demo.components.beam_tree import BeamTree
from demo.components.marked_text import MarkedText
from demo.components.plain_text import PlainText
from demo.components.progress_bar import ProgressBar
from demo.tabs.binding import Parts, Updates
from demo.tabs.translate_settings import NAMES, build_settings

COMPARE_SETTINGS = [f"compare_{name}" for name in NAMES]
# What is said of one hypothesis, and taken away when another one is shown.
FIGURES: Updates = {
    "changes": None,
    "compare_summary": "",
    "compare_changes": None,
    "compare_left": None,
    "compare_right": None,
    "reference_scores": "",
    "reference_changes": None,
    "reference_tokens": None,
    "reference_map": None,
}
# What belongs to a translation, and is taken away with it.
CLEARED: Updates = {
    **FIGURES,
    "tree": None,
    "tree_card": gr.update(open=False),
    "tree_message": "",
}


def place_cards(checkpoints: list[str]) -> Parts:
    """Place all four, closed."""
    return place_tree() | place_compare(checkpoints) | place_reference() | place_file()


def place_tree() -> Parts:
    """Place the card of the beam tree."""
    with gr.Accordion(
        "The beam as a tree", open=False, elem_id="translate-tree-card", elem_classes="card"
    ) as card:
        tree = BeamTree(elem_id="translate-tree")
        message = PlainText(status=True, elem_id="translate-tree-message", elem_classes="cell")
    return {"tree_card": card, "tree": tree, "tree_message": message}


def place_compare(checkpoints: list[str]) -> Parts:
    """Place the second settings, and the two maps."""
    with gr.Accordion(
        "Compare with other settings", open=False, elem_id="translate-compare", elem_classes="card"
    ):
        settings = build_settings(checkpoints, "translate-compare", "greedy")
        with gr.Row(elem_classes="bar"):
            run = gr.Button("Compare", elem_id="translate-compare-button", min_width=0)
        summary = PlainText(
            status=True, elem_id="translate-compare-summary", elem_classes="summary"
        )
        changes = MarkedText(elem_id="translate-compare-changes", elem_classes="cell")
        with gr.Row(elem_classes="pair"):
            left = AttentionMap(elem_id="translate-compare-left", min_width=0)
            right = AttentionMap(elem_id="translate-compare-right", min_width=0)
    return {f"compare_{name}": part for name, part in settings.items()} | {
        "compare_run": run,
        "compare_summary": summary,
        "compare_changes": changes,
        "compare_left": left,
        "compare_right": right,
    }


def place_reference() -> Parts:
    """Place the reference, its figures, and the map that it would have had."""
    with gr.Accordion(
        "Against a reference", open=False, elem_id="translate-reference-card", elem_classes="card"
    ):
        reference = gr.Textbox(
            label="Reference",
            info="A translation by a person, to compare the chosen hypothesis with.",
            placeholder="Type or paste English here",
            elem_id="translate-reference",
            elem_classes="field",
            html_attributes=gr.InputHTMLAttributes(lang="en"),
        )
        with gr.Row(elem_classes="bar"):
            run = gr.Button("Score", elem_id="translate-reference-button", min_width=0)
        scores = PlainText(
            status=True, elem_id="translate-reference-scores", elem_classes="summary"
        )
        changes = MarkedText(elem_id="translate-reference-changes", elem_classes="cell")
        tokens = MarkedText(elem_id="translate-reference-tokens", elem_classes="cell")
        drawn = AttentionMap(elem_id="translate-reference-map")
    return {
        "reference": reference,
        "reference_run": run,
        "reference_scores": scores,
        "reference_changes": changes,
        "reference_tokens": tokens,
        "reference_map": drawn,
    }


def place_file() -> Parts:
    """Place the file to translate and what comes of it."""
    with gr.Accordion(
        "Translate a file", open=False, elem_id="translate-file-card", elem_classes="card"
    ):
        gr.HTML(
            '<p class="note">A sentence a line, or a TSV with references; up to'
            f" {limits.MAX_FILE_LINES:,} lines and {limits.MAX_FILE_BYTES // 1024} KiB."
            " The settings at the top are used; what the English begins with is not.</p>"
        )
        file = gr.File(
            label="German",
            file_types=[".txt", ".tsv", ".de"],
            height=110,
            elem_id="translate-file",
        )
        with gr.Row(elem_classes="bar"):
            run = gr.Button("Translate the file", elem_id="translate-file-button", min_width=0)
            stop = gr.Button("Stop the file", elem_id="translate-file-stop-button", min_width=0)
        progress = ProgressBar(elem_id="translate-file-progress", elem_classes="summary")
        message = PlainText(status=True, elem_id="translate-file-message", elem_classes="cell")
        result = gr.File(
            label="Translation", interactive=False, height=90, elem_id="translate-file-result"
        )
    return {
        "file": file,
        "file_run": run,
        "file_stop": stop,
        "file_progress": progress,
        "file_message": message,
        "file_result": result,
    }
