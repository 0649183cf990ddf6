"""The theme: system fonts, so that nothing is fetched, and one accent colour."""

import gradio as gr

LIGHT = {
    "body_background_fill": "#f6f7f9",
    "body_text_color": "#1b2430",
    "body_text_color_subdued": "#5b6675",
    "block_label_text_color": "#5b6675",
    "background_fill_primary": "#ffffff",
    "background_fill_secondary": "#f6f7f9",
    "border_color_primary": "#dfe4ea",
    "color_accent_soft": "#e3eef9",
}
DARK = {
    "body_background_fill": "#0f141a",
    "body_text_color": "#e6eaf0",
    "body_text_color_subdued": "#9aa6b5",
    "block_label_text_color": "#9aa6b5",
    "background_fill_primary": "#161c24",
    "background_fill_secondary": "#0f141a",
    "border_color_primary": "#2c3541",
    "color_accent_soft": "#1b2b3d",
}


def build_theme() -> gr.themes.Base:
    """Return the theme; page.css defines --accent for both light and dark."""
    theme = gr.themes.Base(
        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    dark = {f"{name}_dark": value for name, value in DARK.items()}
    return theme.set(**LIGHT, **dark, color_accent="var(--accent)")
