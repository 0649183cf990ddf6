"""A line of text that nothing can turn into markup."""

import gradio as gr

SHOW = """
const line = element.querySelector(".plain-text");
const show = () => { line.textContent = props.value || ""; };
watch("value", show);
show();
"""


class PlainText(gr.HTML):
    """Shows a string as it is; `status` makes screen readers announce each change."""

    def __init__(self, value: str = "", *, status: bool = False, **kwargs):
        role = ' role="status"' if status else ""
        super().__init__(
            value=value,
            html_template=f'<div class="plain-text"{role}></div>',
            js_on_load=SHOW,
            apply_default_css=False,
            **kwargs,
        )
