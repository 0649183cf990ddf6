"""The page: everything here may import gradio; nothing in core does."""
