"""The public function that looks inside the models: /inspect."""

from typing import Any

import gradio as gr

from core.errors import UserError
from core.service import DEFAULT_WRITER, Inspection
from demo import limits
from demo.work import Worker, in_time


def offer_inspect(worker: Worker) -> None:
    """Offer the gates and states of a worker's checkpoints as /inspect."""

    async def inspect(
        text: str, checkpoint: str = DEFAULT_WRITER, layer: str = "", quantity: str = ""
    ) -> dict[str, Any]:
        """Look at the gates and states of a recurrent network while it reads a text.

        Args:
            text: at most 2,000 characters; one sentence for a translator, one word for a
                corrector.
            checkpoint: name of a trained model of any kind, for example lm-arxiv-word.
            layer: one layer by name, for example layer 2 or encoder layer 1, backwards; without it,
                all of them.
            quantity: input gate, forget gate, output gate, reset gate, update gate, candidate, cell
                or hidden, as the model has them; without it, all of them.

        Returns:
            For each layer and quantity the tokens, a row of values for each token, and the shares
            of a gate that are shut (below 0.1) and open (above 0.9); and the units that go along
            with something visible, where they were looked for.
        """
        try:
            request = limits.inspect_request(text, checkpoint)
            names = limits.check_string(layer, "layer"), limits.check_string(quantity, "quantity")
            found = await worker.inspect(**request)
            check_size(found, *names)
            # May take a second, so not on the event loop.
            return await in_time(found.to_dict, layer=names[0] or None, quantity=names[1] or None)
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(
        inspect,
        api_name="inspect",
        concurrency_id=limits.CONCURRENCY_ID,
        concurrency_limit=limits.CONCURRENT_RUNS,
    )


def check_size(found: Inspection, layer: str, quantity: str) -> None:
    """Raise UserError where there is nothing of these names, or too much for an answer."""
    values = [one.values.numel() for _, one in found.chosen(layer or None, quantity or None)]
    if not values:
        layers = ", ".join(trace.name for trace in found.layers)
        names = ", ".join(one.name for one in found.layers[0].quantities)
        raise UserError(
            f"{found.checkpoint} has no such layer or quantity; layers: {layers}; quantities: "
            f"{names}."
        )
    if sum(values) > limits.ANSWER_VALUES:
        raise UserError(
            f"The answer would hold {sum(values):,} values; the limit is "
            f"{limits.ANSWER_VALUES:,}. Name a layer and a quantity, or take a shorter text."
        )
