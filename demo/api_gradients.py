"""The public functions /inspect_gradients and /inspect_bptt."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import KINDS, Service
from demo import limits
from demo.work import in_time


def offer_gradients(service: Service) -> None:
    """Offer the gradient flow of language models as /inspect_gradients."""

    async def inspect_gradients(
        text: str,
        checkpoints: list[str] | None = None,
        token: int | None = None,
        clip: float = 1.0,
    ) -> dict[str, Any]:
        """Show how the gradient of a token's loss fades in language models, step by step back.

        Args:
            text: in English, at most 500 characters.
            checkpoints: names of 1 to 6 language models that read alike; by default
                lm-arxiv-word-rnn, -gru and -lstm, which differ in nothing but their kind.
            token: the number of the token whose loss it is, from 0; by default the last one.
            clip: 0.001 to 1,000, what the norm of the gradient of all weights is clipped at.

        Returns:
            The tokens, and of each model the log-probability of the chosen one, the norms of the
            gradient with respect to the hidden and cell states at 0, 1, … steps back, the number of
            steps after which less than 1 % is left, the norm of the gradient of all weights, and
            what clipping multiplies it with.
        """
        try:
            names = list(KINDS) if checkpoints is None else checkpoints
            request = limits.gradient_request(text, names, token, clip)
            return (await in_time(service.gradient_flow, **request)).to_dict()
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(
        inspect_gradients,
        api_name="inspect_gradients",
        concurrency_id=limits.CONCURRENCY_ID,
        concurrency_limit=limits.CONCURRENT_RUNS,
    )


def offer_bptt(service: Service) -> None:
    """Offer backpropagation through time by hand as /inspect_bptt."""

    async def inspect_bptt(
        text: str, units: str = "word", hidden: int = 4, seed: int = 0, slip: str = "none"
    ) -> dict[str, Any]:
        """Derive the gradients of a simple recurrent network by hand, and compare with autograd's.

        Args:
            text: of at most 10 tokens.
            units: what a token is: word or character.
            hidden: 1 to 16 hidden units.
            seed: 0 to 2147483647, of the random weights.
            slip: what the derivation does wrong: none, sign, transpose, square or step.

        Returns:
            The figures of each step from the last token back to the first, what each adds to the
            sums, the gradients by hand and by autograd, and the largest difference under each slip.
        """
        try:
            request = limits.bptt_request(text, units, hidden, seed, slip)
            return (await in_time(service.bptt, **request)).to_dict()
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(inspect_bptt, api_name="inspect_bptt")
