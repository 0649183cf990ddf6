"""The public function of the spelling correctors: /correct."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import DEFAULT_CORRECTOR, THRESHOLD
from demo import limits
from demo.work import Worker, in_time


def offer_correct(worker: Worker) -> None:
    """Offer the spelling correctors of a worker as /correct."""

    async def correct(
        text: str, checkpoint: str = DEFAULT_CORRECTOR, threshold: float = THRESHOLD
    ) -> dict[str, Any]:
        """Correct the misspelt words of an English text and show how sure the model is.

        Args:
            text: a word or a text in English, at most 2,000 characters.
            checkpoint: name of the trained model, for example spell-en.
            threshold: 0 to 100, by how many nats the model must be surer of another word than of
                the word itself, its doubt in which counts half, to write it; higher changes less.

        Returns:
            The corrected text, and each word that was checked with its place, its log-probability,
            how it was corrected, and the five best candidates with theirs and their attention to
            its letters.
        """
        try:
            request = limits.correct_request(text, checkpoint, threshold)
            found = await worker.correct(**request)
            # May take a tenth of a second, so not on the event loop.
            return await in_time(found.to_dict)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(
        correct,
        api_name="correct",
        concurrency_id=limits.CONCURRENCY_ID,
        concurrency_limit=limits.CONCURRENT_RUNS,
    )
