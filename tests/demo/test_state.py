"""What Gradio copies for each request stays cheap, and visitors stay apart."""

import copy

from demo.desk import Desk
from demo.sight import Sight
from tests.demo.made_text import WRITTEN


def test_a_copy_shares_the_text_and_nothing_that_changes() -> None:
    first = Desk(generation=WRITTEN)
    other = copy.deepcopy(first)
    assert other.generation is first.generation
    other.selected, other.pretty = 1, False
    assert first.selected is None and first.pretty
    with other.writing():
        assert first.hand is None and first.writers == 0


def test_only_the_answer_to_what_was_asked_last_is_wanted() -> None:
    sight = Sight()
    first = sight.ask()
    assert first()
    second = sight.ask()
    assert second() and not first()
    copy.deepcopy(sight).ask()  # another visitor
    assert second()
