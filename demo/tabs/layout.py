"""What the layouts of several tabs are made of."""

import json

import gradio as gr

# page.js copies, also in a frame and without https, and says whether it could.
COPY_LINK = "(query, said) => seqlens.copyLink(query, said)"
COPIED = "A link to this view is copied."

DONE = "Done."  # said to those who do not see the result appear

# What a part says of the work that it waits for ends in "…", and stays when that was cut off.
SAY_STOPPED = "(said) => (said?.endsWith('…') ? 'Stopped.' : said)"

# A button that is switched off loses the focus.
IF_LOST = "() => setTimeout(() => document.activeElement === document.body && ({})(), 50)"


def place_run(label: str, prefix: str) -> tuple[gr.Button, gr.Button]:
    """Place the buttons that run and stop, with their keys."""
    run = gr.Button(label, variant="primary", elem_id=f"{prefix}-run", min_width=0)
    gr.HTML("<kbd>Ctrl</kbd> <kbd>Enter</kbd>", elem_classes="keys")
    stop = gr.Button("Stop", elem_id=f"{prefix}-stop", min_width=0)
    gr.HTML("<kbd>Esc</kbd>", elem_classes="keys")
    return run, stop


def place_examples(
    examples: list[tuple[str, str]],
    source: gr.Textbox,
    run: gr.Button,
    elem_id: str | None = None,
) -> None:
    """Place a chip for each example; a click fills it in and presses the button that runs.

    An example is a text and what to say about it.
    """
    press = f"() => {{ document.getElementById({json.dumps(run.elem_id)}).click(); }}"
    with gr.Row(elem_classes="chips", elem_id=elem_id):
        for text, note in examples:
            label = f"{text} ({note})" if note else text
            chip = gr.Button(label.strip(), size="sm", min_width=0)
            filled = chip.click(None, None, source, js=f"() => {json.dumps(text)}")
            filled.then(None, None, None, js=press)


def place_segments(label: str, choices: list[tuple[str, str]], elem_id: str, **looks) -> gr.Radio:
    """Place a small switch; the first choice is set."""
    return gr.Radio(
        choices,
        value=choices[0][1],
        label=label,
        show_label=False,
        container=False,
        elem_id=elem_id,
        elem_classes="segments",
        **looks,
    )
