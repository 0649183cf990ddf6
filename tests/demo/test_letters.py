"""What changed in a word is shown with the fewest letters, and nothing of either is lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.letters import described, edits

WORD = st.text("abcdeé'", max_size=9)


def marked(before: str, after: str) -> str:
    """The edits as [before>after] between the letters that stay."""
    return "".join(
        f"[{edit.before}>{edit.after}]" if edit.changed else edit.after
        for edit in edits(before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("definately", "definitely", "defin[a>i]tely"),
        ("adress", "address", "ad[>d]ress"),
        ("beautifull", "beautiful", "beautiful[l>]"),
        ("recieve", "receive", "rec[ie>ei]ve"),
        ("Teh", "The", "T[eh>he]"),
        ("neccesary", "necessary", "nec[c>]e[>s]sary"),
        ("fonetic", "phonetic", "[f>ph]onetic"),
        ("cat", "cat", "cat"),
        ("ab", "cd", "[ab>cd]"),
        ("", "ab", "[>ab]"),
        ("aaa", "aa", "aa[a>]"),
        ("isnt", "isn't", "isn[>']t"),
        ("", "", ""),
    ],
)
def test_the_letters_that_changed_are_marked(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("definately", "definitely", "“a” became “i”"),
        ("neccesary", "necessary", "“c” was left out, “s” was added"),
        ("cat", "cat", ""),
    ],
)
def test_what_changed_is_said_in_words(before: str, after: str, said: str) -> None:
    assert described(before, after) == said


def distance(before: str, after: str) -> int:
    """The edit distance by its definition, a swap counted as one."""
    if not before or not after:
        return len(before) + len(after)
    swapped = []
    if len(before) > 1 and before[:2] == after[1::-1]:
        swapped = [distance(before[2:], after[2:]) + 1]
    return min(
        distance(before[1:], after[1:]) + (before[0] != after[0]),
        distance(before[1:], after) + 1,
        distance(before, after[1:]) + 1,
        *swapped,
    )


@given(WORD, WORD)
def test_the_edits_make_up_both_words(before: str, after: str) -> None:
    found = edits(before, after)
    assert "".join(edit.before for edit in found) == before
    assert "".join(edit.after for edit in found) == after
    states = [edit.changed for edit in found]
    assert all(one != other for one, other in pairwise(states))


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_no_more_letters_change_than_must(before: str, after: str) -> None:
    # A changed run is letters replaced, and on one side those that are left over; a swap is two.
    changed = sum(
        max(len(one.before), len(one.after)) for one in edits(before, after) if one.changed
    )
    assert changed <= 2 * distance(before, after)
    assert (changed == 0) == (before == after)
