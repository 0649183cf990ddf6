"""Reports made by hand, and who gives them."""

from tests.demo.made_spelling import Speller

KINDS = {
    "title": "Kinds",
    "question": "Which is best?",
    "command": "python -m core study kinds",
    "date": "2026-01-02",
    "machine": "a laptop",
    "rows": [
        {"model": "rnn", "weights": 12_345, "seconds_per_epoch": 1.23456, "ok": None},
        {"model": "gru", "weights": 6, "seconds_per_epoch": 20_000.5, "ok": float("nan")},
    ],
    "series": [
        {"name": "rnn", "x": [1, 2], "y": [0.5, 0.25], "x_label": "epoch", "y_label": "nats"},
        {"name": "gru", "x": [1, 2], "y": [0.6, 0.2], "x_label": "epoch", "y_label": "nats"},
        {"name": "rnn", "x": [1, 2], "y": [9, 8], "x_label": "epoch", "y_label": "BLEU"},
    ],
    "finding": "The gru is best.",
}
TRAINING = {
    **KINDS,
    "title": "Training of tiny",
    "finding": "It fell.",
    "rows": [],
    "date": "",
    "machine": "",
}
REPORTS = {"kinds": KINDS, "training-tiny": TRAINING}


class Archive(Speller):
    """The part of a stand-in that has stored results, that on thresholds among them."""

    def reports(self) -> dict[str, str]:
        return {name: report["title"] for name, report in REPORTS.items()}

    def report(self, name: str) -> dict:
        return REPORTS[name] if name in REPORTS else super().report(name)
