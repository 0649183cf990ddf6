"""The public functions: HTTP and gradio_client call them, and MCP offers them as tools.

The parameters arrive unchecked, whatever their annotations say, so limits.py looks at each first.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr

from core.errors import UserError
from demo import limits
from demo.api_generate import offer_generate as offer_generate
from demo.api_inspect import offer_inspect as offer_inspect
from demo.api_report import offer_report as offer_report
from demo.api_spell import offer_correct as offer_correct
from demo.lines import count_weights
from demo.work import in_time


def offer_translate(model: Callable) -> None:
    """Offer `model`, which is Service.translate, as /translate."""

    def answer(**request) -> dict[str, Any]:
        translation = model(**request)
        limits.check_weights(count_weights(translation))
        return translation.to_dict()  # may take a second, so not on the event loop

    async def translate(
        text: str,
        checkpoint: str = "translate-de-en",
        method: str = "beam",
        beam: int = 5,
        length_penalty: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
        prefix: str = "",
    ) -> dict[str, Any]:
        """Translate German text into English and show the attention that produced each word.

        Args:
            text: German text of one or several sentences, at most 2,000 characters.
            checkpoint: name of the trained model, for example translate-de-en.
            method: how words are chosen: greedy, sample, beam, beam-sample or stochastic-beam.
            beam: hypotheses kept at each step and returned, 1 to 10; used by the beam methods.
            length_penalty: 0 to 2, higher favours longer translations; used by beam and
                beam-sample.
            temperature: 0.05 to 2, lower is surer and higher bolder; used by the methods that
                draw: sample, beam-sample and stochastic-beam.
            seed: 0 to 2147483647, the same seed gives the same text; used by those that draw.
            prefix: characters that the translation begins with, for one sentence; the rest is
                written to go on from them.

        Returns:
            The translation as text, with its tokens, words, hypotheses, their log-probabilities
            and their attention to the source, by subwords and by words.
        """
        try:
            request = limits.translate_request(
                text, checkpoint, method, beam, length_penalty, temperature, seed, prefix
            )
            return await in_time(answer, **request)
        except UserError as error:
            # Of all errors a gr.Error alone reaches the caller with its words.
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(
        translate,
        api_name="translate",
        concurrency_id=limits.CONCURRENCY_ID,
        concurrency_limit=limits.CONCURRENT_RUNS,
    )
