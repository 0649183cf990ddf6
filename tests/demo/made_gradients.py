"""A gradient flow made by hand: each step back leaves half of it; and who gives it."""

from core.inspection.gradients import GradientComparison, GradientFlow, StateFlow
from core.service import Service

HALVES = GradientFlow(
    "tiny-words", "rnn", -0.5, (StateFlow(1, "h", (1.0, 0.5, 0.25)),), norm=4.0, seconds=0.25
)


class Follower:
    """The part of a stand-in that follows gradients: always the same, or a fault."""

    fault: Exception | None

    bptt = Service.bptt  # needs no model

    def gradient_flow(
        self, text: str, checkpoints: list[str], token: int | None = None, clip: float = 1.0
    ) -> GradientComparison:
        if self.fault:
            raise self.fault
        tokens, read = ("and", "so", "what", "</s>"), ("so", "and", "<s>")
        return GradientComparison(text, tokens, 2, read, clip, (HALVES,))
