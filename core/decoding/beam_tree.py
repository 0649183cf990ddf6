"""The beam as a tree: what was alive at each step, what became of it, and what it was beaten by."""

import math
from dataclasses import dataclass, replace

from core.decoding.beam_record import BeamRecord
from core.decoding.hypothesis import length_normalised


@dataclass(frozen=True)
class BeamNode:
    """A hypothesis that was alive after a step; its tokens are those from the root to here."""

    parent: int | None  # index of a node; None for the root
    step: int  # number of tokens so far, 0 for the root
    token: int
    log_prob: float  # nats, of the token alone
    total: float  # nats, of all tokens so far
    score: float  # total / step ** length penalty
    status: str  # "alive": continued; "pruned", "finished", "unfinished": see beam_tree
    best: float | None = None  # of a pruned one: the best total that would have gone on from it
    beaten_by: int | None = None  # of a pruned one: the node that was the last to stay


def beam_tree(
    record: BeamRecord, bos_id: int, length_penalty: float, source: int = 0
) -> list[BeamNode]:
    """Return the nodes of a source, each behind its parent, the root first.

    A hypothesis is pruned at the next step if its continuations were all worse than those kept:
    worse than the last of them, which beat it. It is unfinished if the search ended without it,
    having as many finished ones as the beam is wide, and better ones.
    """
    nodes = [BeamNode(None, 0, bos_id, 0.0, 0.0, 0.0, "alive")]
    levels: list[dict[int, int]] = []  # of each step: hypothesis -> node
    steps = [step for step in record.steps if source in step.line]
    for depth, step in enumerate(steps, 1):
        line, level = step.line[source], {}
        columns = (step.parents, step.tokens, step.log_probs, step.totals)
        rows = zip(*(column[line] for column in columns), strict=True)
        for place, (hypothesis, token, log_prob, total) in enumerate(rows):
            if total == -math.inf:
                continue
            parent = levels[-1][hypothesis] if levels else 0
            score = length_normalised(total, depth, length_penalty)
            level[place] = len(nodes)
            nodes.append(BeamNode(parent, depth, token, log_prob, total, score, "unfinished"))
        levels.append(level)
    cut = {(node.parent, node.token): n for n, node in enumerate(nodes) if node.step == len(steps)}
    for end in record.ranked(source):
        parent = levels[end.step - 1][end.parent] if end.step else 0
        total = nodes[parent].total + end.log_prob
        node = BeamNode(parent, end.step + 1, end.token, end.log_prob, total, end.score, "finished")
        if (parent, end.token) in cut:  # at the limit of length: it stands on its level already
            nodes[cut[parent, end.token]] = node
        else:
            nodes.append(node)
    _settle(nodes, levels, [step.best[step.line[source]] for step in steps])
    return nodes


def _settle(nodes: list[BeamNode], levels: list[dict[int, int]], best: list[list[float]]) -> None:
    """Write into each node what became of it."""
    continued = {node.parent for node in nodes}
    for depth, level in enumerate(levels):
        for place, number in level.items():
            if nodes[number].status == "finished":
                continue
            if number in continued:
                nodes[number] = replace(nodes[number], status="alive")
            elif depth + 1 < len(levels):
                kept = levels[depth + 1]
                nodes[number] = replace(
                    nodes[number],
                    status="pruned",
                    best=best[depth + 1][place],
                    beaten_by=kept[max(kept)] if kept else None,
                )
