"""Runs that go on with the history of the one before."""

from core.history import separate_runs


def rows(*rates: float) -> list[dict[str, float]]:
    """A validation a minute."""
    return [{"learning_rate": rate, "seconds": 60.0 * n} for n, rate in enumerate(rates, start=1)]


def test_a_warm_up_belongs_to_its_run_and_a_later_rise_begins_another() -> None:
    history = rows(1, 2, 2, 1, 0, 1, 3, 2, 0)
    first, second = separate_runs(history)
    assert (first, second) == (history[:5], history[5:])
    assert separate_runs(rows(3, 2, 1)) == [rows(3, 2, 1)]


def test_a_run_that_goes_on_from_an_older_state_is_one_run() -> None:
    history = rows(4, 3, 2, 2.05, 1, 1, 0)
    assert separate_runs(history) == [history]
