"""Every method of decoding by its name."""

from core.decoding.beam_sample import beam_sample
from core.decoding.beam_search import beam_search
from core.decoding.guide import Guide
from core.decoding.hypothesis import DecodedSequence, Limits
from core.decoding.options import DecodingOptions
from core.decoding.sample import decode_one_by_one
from core.decoding.stochastic_beam import stochastic_beam
from core.models.protocol import State, StepModel

SEARCHES = {
    "beam": beam_search,
    "beam-sample": beam_sample,
    "stochastic-beam": stochastic_beam,
}


def decode(
    model: StepModel,
    state: State,
    options: DecodingOptions,
    limits: Limits,
    n_best: int | None = None,
    guide: Guide | None = None,
) -> list[list[DecodedSequence]]:
    """Return the hypotheses of each source, all of them or the ``n_best``.

    The best comes first; those of stochastic-beam are in the order drawn. Greedy decoding and
    sampling give one. Arguments and errors are those of the method.
    """
    if options.method in SEARCHES:
        return SEARCHES[options.method](model, state, options, limits, n_best, guide)
    return [[one] for one in decode_one_by_one(model, state, options, limits, guide)]
