"""Which misspellings a spelling corrector learns from."""

from core.data.corpora import Pair
from core.data.spelling import SpellingData, readable


def test_what_nobody_could_read_is_left_out_of_training_alone() -> None:
    near = [Pair("definately", "definitely"), Pair("teh", "the"), Pair("juce", "juice")]
    far = [Pair("votfure", "voucher"), Pair("wocer", "walked"), Pair("ov", "off")]
    data = readable(SpellingData([*far, *near], [], [*far], [], [], {}))
    assert data.train == near
    assert data.valid == far
