"""Calls are timed in turns, and a process of its own knows its peak."""

from itertools import count

from core.measuring import in_fresh_process, in_turns, peak_mebibytes


def test_calls_take_turns_and_are_timed_by_the_given_clock() -> None:
    order: list[str] = []
    ticks = count()
    calls = {name: lambda name=name: order.append(name) for name in "ab"}
    taken = in_turns(calls, rounds=2, repeats=2, clock=lambda: next(ticks))
    assert order == ["a", "a", "b", "b"] * 5  # three rounds warm up
    assert taken == {"a": [0.5, 0.5], "b": [0.5, 0.5]}


def _peaks(mebibytes: int) -> tuple[float, float]:
    before = peak_mebibytes()
    return before, len(b"x" * (mebibytes << 20)) and peak_mebibytes()


def test_a_fresh_process_has_a_peak_of_its_own() -> None:
    large = bytearray(b"x" * (300 << 20))
    before, after = in_fresh_process(_peaks, 64)
    assert peak_mebibytes() > len(large) >> 20
    assert before < peak_mebibytes() - 200
    assert 60 < after - before < 80
