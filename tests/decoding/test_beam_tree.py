"""The tree holds what beam search did: read from a table that a reader can follow."""

import math

import pytest
import torch

from core.decoding.beam_search import beam_search, search
from core.decoding.beam_tree import BeamNode, beam_tree
from core.decoding.hypothesis import Limits
from core.decoding.options import DecodingOptions
from tests.tiny import TableModel, model

CPU = torch.device("cpu")
A, B, END, START = 0, 1, 2, 3


def log(*probabilities: float) -> list[float]:
    return [math.log(p) if p else -math.inf for p in probabilities]


# After <s>: a 0.6, b 0.4. After a: a 0.5, b 0.1, end 0.4. After b: a 0.1, b 0.1, end 0.8.
TABLE = torch.tensor(
    [[log(0.5, 0.1, 0.4, 0), log(0.1, 0.1, 0.8, 0), log(1, 0, 0, 0), log(0.6, 0.4, 0, 0)]]
)


def table_tree(beam: int, most: int = 3) -> list[BeamNode]:
    limits = Limits(START, END, [most], CPU)
    made = TableModel(TABLE)
    record = search(made, made.start(), DecodingOptions(beam=beam), limits)
    return beam_tree(record, START, 1.0)


def path(nodes: list[BeamNode], number: int) -> list[int]:
    node = nodes[number]
    return [] if node.parent is None else [*path(nodes, node.parent), node.token]


def test_the_nodes_of_a_search_by_hand() -> None:
    nodes = table_tree(beam=2)
    found = {
        tuple(path(nodes, number)): (node.status, round(math.exp(node.total), 4))
        for number, node in enumerate(nodes)
    }
    assert found == {
        (): ("alive", 1.0),
        (A,): ("alive", 0.6),
        (B,): ("alive", 0.4),  # it goes on to its end alone
        (A, A): ("alive", 0.3),
        (A, B): ("pruned", 0.06),
        (B, END): ("finished", 0.32),
        (A, A, A): ("finished", 0.15),  # cut at three tokens
        (A, A, END): ("finished", 0.12),
        (A, A, B): ("unfinished", 0.03),
    }
    (pruned,) = (node for node in nodes if node.status == "pruned")
    # Both that stayed come from "a a"; the last of them is "a a b", with 0.03.
    assert pruned.beaten_by is not None and pruned.best is not None
    assert path(nodes, pruned.beaten_by) == [A, A, B]
    assert math.exp(pruned.best) == pytest.approx(0.006)


@pytest.mark.parametrize("seed", range(5))
def test_its_finished_paths_are_the_hypotheses(seed: int) -> None:
    made, source = model(seed, ending=1.0), [3, 4, 5, 11]
    limits = Limits(12, 11, [12], CPU, [len(source)])
    with torch.inference_mode():
        state = made.start(torch.tensor([source]), torch.tensor([len(source)]))
    options = DecodingOptions(beam=4)
    nodes = beam_tree(search(made, state, options, limits), 12, 1.0)
    ends = [n for n, node in enumerate(nodes) if node.status == "finished"]
    sequences = beam_search(made, state, options, limits)[0]
    assert [path(nodes, end) for end in ends] == [one.tokens for one in sequences]
    assert [nodes[end].score for end in ends] == [one.score for one in sequences]
    for number, node in enumerate(nodes[1:], 1):
        assert node.parent is not None and node.parent < number
        before = nodes[node.parent]
        assert node.step == before.step + 1
        assert node.total == pytest.approx(before.total + node.log_prob, abs=1e-4)
    beaten = [node for node in nodes if node.status == "pruned"]
    assert beaten
    for node in beaten:
        assert node.best <= nodes[node.beaten_by].total
        assert not any(other.parent == nodes.index(node) for other in nodes)
    # A level never holds more than the beam, and what is unfinished is on the last one alone.
    last = max(node.step for node in nodes if node.status != "finished")
    for step in range(1, last + 1):
        level = [node for node in nodes if node.step == step and node.status != "finished"]
        assert len(level) <= 4
    assert {node.step for node in nodes if node.status == "unfinished"} <= {last}
