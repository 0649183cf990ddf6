"""How much of a piece of work is done, as a bar with words behind it."""

import gradio as gr

SHOW = """
const bar = element.querySelector("progress");
const line = element.querySelector("span");
const show = () => {
  const { done = 0, total = 0, text = "" } = props.value || {};
  bar.hidden = !total;
  bar.max = total || 1;
  bar.value = done;
  line.textContent = text;
};
watch("value", show);
show();
"""


class ProgressBar(gr.HTML):
    """Value: {"done": int, "total": int, "text": str}; None shows nothing."""

    def __init__(self, value: dict | None = None, **kwargs):
        super().__init__(
            value=value,
            html_template='<div role="status">'
            '<progress aria-label="Progress"></progress> <span></span></div>',
            js_on_load=SHOW,
            apply_default_css=False,
            **kwargs,
        )
