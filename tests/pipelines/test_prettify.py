"""Tokens written as readable text: hand-written cases, nothing lost, a growing text stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from razdel import tokenize

from core.pipelines.prettify import DOMAINS, RULES, STARTERS, prettify, pretty_pieces, spaces

# Tokens with spaces between them, and how they should be written.
SIGNS = r"""
the model , too .                         → The model, too.
a ( b ) and [ c ] ; d : e                 → A (b) and [c]; d: e
see ( [ a , b ] , c ) .                   → See ([a, b], c).
is it ? yes ! no ... maybe                → Is it? Yes! No... maybe
well ?! so                                → Well?! So
a state-of-the-art n-gram model           → A state-of-the-art n-gram model
0.5 of 1,000 is 50 % .                    → 0.5 of 1,000 is 50%.
in 1, 2 and 3 .                           → In 1, 2 and 3.
and / or                                  → And/or
pages 10 -- 20 and 5 – 6                  → Pages 10--20 and 5–6
one – that is , two – works               → One – that is, two – works
one -- that is , two -- works             → One -- that is, two -- works
one — or two                              → One—or two
english - and german-speaking             → English- and german-speaking
( 1 + 1 ) - ea                            → (1+1)-ea
c + + code and q & a , bread & butter     → C++ code and q&a, bread & butter
a < b > tag , 3 > 2 , x - > y             → A <b> tag, 3 > 2, x ->y
a ratio of 3 : 1 at ~ 5 %                 → A ratio of 3:1 at ~5%
"""
WORDS = r"""
it ' s what we don ' t , can ' t , i ' ve → It's what we don't, can't, I've
they ' re , you ' ll , he ' d , i ' m     → They're, you'll, he'd, I'm
it ’ s what i don ’ t                     → It’s what I don’t
the model ' s and the users ' taste       → The model's and the users' taste
rock ' n ' roll at wmt ' 14               → Rock 'n' roll at wmt'14
e . g . , lstms , i . e . rnns            → E.g., lstms, i.e. rnns
in the u . s . and the u . k . too        → In the U.S. and the U.K. too
smith et al . ( 2017 ) , see fig . 3      → Smith et al. (2017), see Fig. 3
we use i . i . d . data w . r . t . time  → We use i.i.d. data w.r.t. time
an f 1 of 90 with cifar 10 , word 2 vec   → An f1 of 90 with cifar10, word2vec
seq 2 seq in 3 d on the 2 nd day          → Seq2seq in 3d on the 2nd day
in 2016 we had a 100 and task 2           → In 2016 we had a 100 and task 2
o ( n ) time , word ( s ) , words ( two ) → O(n) time, word(s), words (two)
to <unk> ( <unk> ) , <unk> ' s <unk> .    → To <unk> (<unk>), <unk>'s <unk>.
"""
QUOTES = r"""
a " b " c                                 → A "b" c
( " a " , " b c " ) .                     → ("A", "b c").
the " word " " by " word                  → The "word" "by" word
a " b ' c d ' e " f                       → A "b 'c d' e" f
a ' b ' c                                 → A 'b' c
the ' cat ' s tail ' there                → The 'cat's tail' there
a ` ` b c ' ' d                           → A ``b c'' d
a ` b cat ' dog                           → A `b cat' dog
a ` ` b ` cat ' dog ' ' e                 → A ``b `cat' dog'' e
a ' ' b c ' ' d                           → A ''b c'' d
a " b c                                   → A "b c
“ a ‘ b ’ c ” d « e » f                   → “A ‘b’ c” d «e» f
"""
LATEX = r"""
with $ k $ - means and $ x ^ 2 = 3 $ too  → With $k$-means and $x^2=3$ too
in $ o ( n \ log n ) $ time               → In $o(n \log n)$ time
g \ " odel and na \ " ive , \ ' etude     → G\"odel and na\"ive, \'etude
5 \ % of \ $ 10 and of \ $ 20             → 5\% of \$10 and of \$20
with $ a - b < 1 $ , a < 1                → With $a-b<1$, a < 1
for \ $ 5 - 6 , cat & dog                 → For \$5 - 6, cat & dog
g \ " odel " saw " it                     → G\"odel "saw" it
use \ textbf{bold } type                  → Use \textbf{bold} type
"""
ADDRESSES = r"""
at https : / / github . com / a / b-c . we go           → At https://github.com/a/b-c. We go
( http : / / a.b / ~ me / x . html )                    → (http://a.b/~me/x.html)
at http : / / a.b / x - y & zoo cat - dog               → At http://a.b/x-y&zoo cat - dog
see www . example . org / a ? no                        → See www.example.org/a? No
mail me @ cs . uni . edu .                              → Mail me@cs.uni.edu.
"""
SENTENCES = r"""
one . two ! three ? four                  → One. Two! Three? Four
( one . ) two . ( three . )               → (One.) Two. (Three.)
" one . " two . " three . "               → "One." Two. "Three."
" why ? " she asked . " why ? " we ask .  → "Why?" she asked. "Why?" We ask.
by smith et al . have . smith et al . we  → By smith et al. have. Smith et al. We
cats , etc . are . cats , etc . the end   → Cats, etc. are. Cats, etc. The end
c . elegans . model a . the end           → C. elegans. Model a. The end
by dr . who vs . him . 2 . two            → By dr. who vs. him. 2. Two
it grew in 2016. then it fell             → It grew in 2016. Then it fell
so i think ; ( i ) is , type i . e        → So I think; (i) is, type i.e
<unk> is . <unk> is                       → <unk> is. <unk> is
2-layer nets . 3 cats                     → 2-layer nets. 3 cats
über uns . это тест . ölig 。             → Über uns. Это тест. Ölig 。
"""
TABLES = SIGNS + WORDS + QUOTES + LATEX + ADDRESSES + SENTENCES
CASES = [tuple(map(str.strip, line.split("→"))) for line in TABLES.split("\n") if line]

tokens = st.one_of(
    st.sampled_from(sorted(DOMAINS | STARTERS) + " ".join(row[0] for row in RULES).split()),
    st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=5).map(str.lower),
)


def squeeze(text: str) -> str:
    """Return a text without case and white space; letter by letter, as Σ has two small forms."""
    return "".join(letter.lower() for letter in text if not letter.isspace())


@pytest.mark.parametrize(("line", "pretty"), CASES)
def test_writes_tokens_as_people_do(line: str, pretty: str) -> None:
    assert prettify(line.split(" ")) == pretty


@pytest.mark.parametrize(
    ("line", "pretty"), [("", ""), ("hello", "Hello"), (".", "."), ('"', '"'), ("ß", "ß")]
)
def test_few_tokens(line: str, pretty: str) -> None:
    assert prettify(line.split()) == pretty


@pytest.mark.parametrize(
    "text",
    [
        "We don't know (yet) why the model's F1-score, i.e. 92.3%, is \"low\".".lower(),
        "an 8-bit, state-of-the-art net of 1.5 and 2, 3 layers; see https://a.io/b.",
    ],
)
def test_brings_back_what_razdel_cut(text: str) -> None:
    assert prettify([token.text for token in tokenize(text)]).lower() == text


def test_forgets_a_quote_that_was_never_closed() -> None:
    start = ["it", '"', *["word"] * 100]
    assert prettify([*start, '"', "new", '"', "end"]).endswith(' word "new" end')


def test_tells_which_tokens_have_a_space_before_them() -> None:
    assert spaces(["a", "(", "b", ")"]) == [False, True, False, False]


@given(st.lists(tokens))
def test_has_a_piece_for_each_token(some: list[str]) -> None:
    pieces = pretty_pieces(some)
    assert [squeeze(piece) for piece in pieces] == [squeeze(token) for token in some]
    assert "".join(pieces) == prettify(some)


@given(st.lists(tokens))
def test_changes_only_case_and_white_space(some: list[str]) -> None:
    pretty = prettify(some)
    assert squeeze(pretty) == squeeze("".join(some))
    assert pretty == " ".join(pretty.split())


@given(st.lists(tokens), st.lists(tokens))
def test_a_growing_text_keeps_its_gaps_but_the_last(some: list[str], more: list[str]) -> None:
    assert spaces(some + more)[: max(len(some) - 1, 0)] == spaces(some)[:-1]


@pytest.mark.parametrize(("line", "pretty"), CASES)
def test_a_growing_text_begins_like_the_whole(line: str, pretty: str) -> None:
    whole = line.split(" ")
    for count in range(3, len(whole)):
        begun = prettify(whole[:count])
        kept = len(prettify(whole[: count - 3]))
        assert begun[:kept] == pretty[:kept]


@pytest.mark.parametrize("line", ["the ' cat ' s $ x ( a ) . ", '" ', "' ", "$ ", ". ", "( ", "a "])
def test_takes_linear_time(line: str) -> None:
    some = (line * 10_000).split()[:10_000]

    def seconds(count: int) -> float:
        start = time.process_time()  # whatever else the machine does
        prettify(some[:count])
        return time.process_time() - start

    short = min(seconds(1_000) for _ in range(3))
    assert min(seconds(10_000) for _ in range(3)) < 30 * short
