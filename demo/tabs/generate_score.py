"""Score my text: how surprised each language model is by the words of a visitor."""

from collections.abc import AsyncIterator
from functools import partial

import gradio as gr

from core.errors import UserError
from demo import limits, texts
from demo.components.plain_table import PlainTable
from demo.components.plain_text import PlainText
from demo.components.token_strip import TokenStrip
from demo.tabs.binding import MODEL, QUIET, Parts, Updates, bind
from demo.tabs.generate_write import NO_MODEL
from demo.tabs.layout import DONE, SAY_STOPPED
from demo.work import Worker

ALL = "all, side by side"
NOTE = (
    "Perplexity is that of a token, and a character is easier to guess than a word: it compares "
    "models that read alike. All models compare by the comparable bits, again per character: each "
    "reads the words in lower case with single spaces between them, and a word model pays for "
    "spelling those that it does not know."
)
EXPLANATION = "The text appears here token by token; the more a token surprised, the darker it is."


def strip_names(checkpoints: list[str]) -> list[str]:
    return [f"score_tokens_{number}" for number in range(len(checkpoints))]


async def score(
    worker: Worker, checkpoints: list[str], text: str, choice: str | None
) -> AsyncIterator[Updates]:
    """Score a text under one model or all of them."""
    try:
        if not checkpoints:
            raise UserError(NO_MODEL)
        limits.check_text(text)
        scores = []
        for checkpoint in checkpoints if choice == ALL else [choice]:
            yield {"score_message": f"{checkpoint} is reading …"}
            scores.append(await worker.score_text(text=text, checkpoint=checkpoint))
    except UserError as error:
        yield {"score_message": str(error)}
        return
    # At once: of updates that follow quickly on one another, Gradio may lose what makes a part
    # visible.
    strips = [*map(texts.score_strip, scores), *[None] * (len(checkpoints) - len(scores))]
    yield {"score_message": DONE, "score_table": texts.score_table(scores)} | {
        name: gr.update(value=strip, visible=strip is not None)
        for name, strip in zip(strip_names(checkpoints), strips, strict=True)
    }


def place_score(checkpoints: list[str]) -> Parts:
    """Place the card, closed."""
    with gr.Accordion("Score my text", open=False, elem_id="generate-score", elem_classes="card"):
        text = gr.Textbox(
            label="Text",
            info="English is what the models have read; each token is shaded by its surprisal.",
            placeholder="Type or paste a text here",
            lines=3,
            max_lines=8,
            elem_id="generate-score-text",
            elem_classes="field",
            html_attributes=gr.InputHTMLAttributes(lang="en"),
        )
        with gr.Row(elem_classes="bar end"):
            choice = gr.Dropdown(
                [ALL, *checkpoints],
                value=ALL,
                label="Model",
                elem_id="generate-score-checkpoint",
                elem_classes="field",
            )
            run = gr.Button("Score", elem_id="generate-score-button", min_width=0)
        message = PlainText(status=True, elem_id="generate-score-message", elem_classes="message")
        table = PlainTable(label="How each model finds the text", elem_id="generate-score-table")
        strips = [
            TokenStrip(
                explanation=EXPLANATION,
                visible=number == 0,
                elem_id=f"generate-score-tokens-{number}",
            )
            for number in range(len(checkpoints))
        ]
        gr.HTML(f'<p class="note">{NOTE}</p>')
    return {
        "score_text": text,
        "score_choice": choice,
        "score_run": run,
        "score_message": message,
        "score_table": table,
        **dict(zip(strip_names(checkpoints), strips, strict=True)),
    }


def bind_score(parts: Parts, worker: Worker, checkpoints: list[str]) -> gr.events.Dependency:
    """Let the button score the text."""

    callback = partial(score, worker, checkpoints)
    names = ["score_table", "score_message", *strip_names(checkpoints)]
    inputs = ["score_text", "score_choice"]
    looks = {"progress": "score_message", **MODEL}
    scoring = bind(parts["score_run"].click, callback, parts, inputs, names, **looks)
    message = parts["score_message"]
    scoring.then(None, message, message, js=SAY_STOPPED, **QUIET)
    return scoring
