"""Parts of the page that Gradio does not have: gr.HTML with a fixed template and a script.

gr.HTML evaluates its template, so text of a visitor or a model never goes into one: it travels in
`value` as JSON, and the script beside the component writes it with `textContent`.
"""
