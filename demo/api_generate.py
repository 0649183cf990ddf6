"""The public functions of the language models: /generate, which streams, and /score."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import gradio as gr

from core.errors import UserError
from core.pipelines.generation import Generation
from core.service import DEFAULT_WRITER
from demo import limits
from demo.growing import growing
from demo.work import Worker, in_time


def offer_generate(worker: Worker) -> None:
    """Offer the language models of a worker as /generate and /score."""

    async def generate(
        prompt: str = "",
        checkpoint: str = DEFAULT_WRITER,
        method: str = "sample",
        max_tokens: int = 100,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        min_p: float = 0.0,
        typical: float = 1.0,
        repetition_penalty: float = 1.0,
        no_repeat_ngram: int = 0,
        beam: int = 5,
        length_penalty: float = 1.0,
        seed: int = 0,
    ) -> AsyncIterator[dict[str, Any]]:
        """Let a language model write on from a prompt, token by token, while the caller reads.

        Args:
            prompt: what the text begins with, at most 2,000 characters; may be empty.
            checkpoint: name of the trained model, for example lm-arxiv-word or lm-arxiv-char.
            method: how tokens are chosen: greedy, sample, beam, beam-sample or stochastic-beam.
            max_tokens: words or characters that are written at most, 1 to 1,000, or to 300 by
                the beam methods.
            temperature: 0 to 2, lower is surer and higher bolder, 0 takes the likeliest; this and
                all below it but beam and length_penalty are used by the methods that draw.
            top_k: draw among so many of the likeliest tokens; 0 is all.
            top_p: 0 to 1, draw among the fewest likeliest that together reach it; 1 is all.
            min_p: 0 to 1, draw what has this share of the likeliest one's probability; 0 is all.
            typical: 0 to 1, draw among the most typical that together reach it; 1 is all.
            repetition_penalty: 0.5 to 2, above 1 what was written becomes less likely; 1 is none.
            no_repeat_ngram: so many tokens in a row are not written twice, to 20; 0 allows all.
            beam: hypotheses kept at each step, 1 to 10; used by the beam methods.
            length_penalty: 0 to 2, higher favours longer texts; used by beam and beam-sample.
            seed: 0 to 2147483647, the same seed gives the same text; used by those that draw.

        Returns:
            Updates with the text so far, the number of tokens written and whether the model has
            ended it; the last one holds every token with its log-probability, its likeliest
            rivals and the filters that removed them, and the perplexity of what was written.
        """
        try:
            request = limits.generate_request(
                prompt,
                checkpoint,
                method,
                max_tokens,
                temperature=temperature,
                top_k=top_k,
                top_p=top_p,
                min_p=min_p,
                typical=typical,
                repetition_penalty=repetition_penalty,
                no_repeat_ngram=no_repeat_ngram,
                beam=beam,
                length_penalty=length_penalty,
                seed=seed,
            )
            written = await in_time(worker.service.prompt, **request)
            async with aclosing(growing(worker, written)) as texts:
                async for written in texts:
                    yield _so_far(written)
            # May take a tenth of a second, so not on the event loop.
            yield await in_time(written.to_dict)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(
        generate,
        api_name="generate",
        concurrency_id=limits.STREAM_ID,
        concurrency_limit=limits.STREAMS,
    )
    _offer_score(worker)


def _offer_score(worker: Worker) -> None:
    async def score(text: str, checkpoint: str = DEFAULT_WRITER) -> dict[str, Any]:
        """Say how surprised a language model is by a text, token by token.

        Args:
            text: text in English, at most 2,000 characters.
            checkpoint: name of the trained model, for example lm-arxiv-word or lm-arxiv-char.

        Returns:
            Perplexity, bits per character, unknown words, and every token with its
            log-probability and the likeliest rivals at its place.
        """
        try:
            checked = limits.check_text(text), limits.check_string(checkpoint, "checkpoint")
            scored = await worker.score_text(text=checked[0], checkpoint=checked[1])
            return await in_time(scored.to_dict)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(
        score,
        api_name="score",
        concurrency_id=limits.CONCURRENCY_ID,
        concurrency_limit=limits.CONCURRENT_RUNS,
    )


def _so_far(written: Generation) -> dict[str, Any]:
    return {"text": written.text, "tokens": len(written.steps), "finished": written.finished}
