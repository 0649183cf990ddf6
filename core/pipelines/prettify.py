"""Writes the lower-case tokens of a word-level language model as readable English.

Each token clings to its left neighbour, to its right one, to both or to neither; a space stands
between two tokens unless one clings to the other. A rule sees one token to the right, so a growing
text changes only at its end. Written for razdel's tokens of arXiv abstracts, LaTeX and all.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEITHER, LEFT, RIGHT, BOTH = 0, 1, 2, 3  # what a token clings to
NOT, PERHAPS, SURELY = 0, 1, 2  # whether a sentence has ended

OPENING = words("( [ { “ ‘ „ « ‹ # ¿ ¡ \\")
CLING = {  # of signs, where no rule says otherwise
    **dict.fromkeys(words(". , ; : ! ? !! ?! !? ?? % … ... ) ] } ” » › * ’"), LEFT),
    **dict.fromkeys(OPENING, RIGHT),
    **dict.fromkeys(words("/ ^ _ | @ ~ + = — ---"), BOTH),
}
ENDS = words(". ! ? !! ?! !? ??")
QUOTES = words("\" ' ` “ ” ‘ ’ „ » « ( ) [ ] { }")  # may stand between ". " and a sentence
PAIRED = words("$ \" ' `")
ACCENTS = words("' \" ` ^ ~")  # behind a backslash: g\"odel
CONTRACTED = words("s t re ve ll d m")
FUNCTION_WORDS = words("a an and are as at by for from has in is its of on or the this to was with")
# A number joins these words, "cifar10", and any one letter but "a" and "s": "f1".
BEFORE_NUMBER = words(
    "bm cifar doc dstc enwik flickr gpt hub macro-f micro-f root seq text vgg wmt wn word yolov"
)
# These join a number, "2nd", and so does any one letter but "f" and "i": "3d".
AFTER_NUMBER = words("bn d-printed ex ghz mb nd nn nns rd rr seq sql st text th vec vec-based")
FUNCTIONS = words("f g h log o omega p r rho theta")  # "o(n)"
DOMAINS = words("ac ai cn com de edu eu git gl gov html io ly me net org pdf php py txt uk zip")
# No sentence ends with these; with "etc." or a letter it does if one of STARTERS follows.
NO_END = words(
    "aka approx cf dr eg eq eqs esp et ex fig figs ie incl max mr mrs prof resp tab vs viz"
)
STARTERS = words(
    """a additionally although an as based besides both but compared despite each experimental
    experiments finally first furthermore given hence here however i if in it its many moreover
    most one our recent recently results second several since some specifically such the their
    then there therefore these they this thus to two unlike using we what when while"""
)
REACH = 60  # a quote or "$" that was opened so many tokens ago counts as forgotten
NUMBER = re.compile(r"\d+(?:[.,]\d+)*[.,]?")  # razdel cuts "5, 6" into "5," and "6"


@dataclass
class Place:
    """The token that is being placed, its neighbours ("" for none), and what is open there."""

    index: int = 0
    before: str = ""
    token: str = ""
    after: str = ""
    cling: int = NEITHER  # of the token before
    opened: dict[str, int] = field(default_factory=dict)  # quote or "$" -> its index
    address: bool = False  # inside of https://github.com

    def is_open(self, sign: str) -> bool:
        return self.index - self.opened.get(sign, -REACH) < REACH

    def pair(self, sign: str) -> int:
        """Open the sign, or close it if it is open."""
        if self.is_open(sign) and self.before not in OPENING:
            del self.opened[sign]
            return LEFT
        self.opened[sign] = self.index
        return RIGHT

    def track_address(self, spaced: bool) -> None:
        known = (self.before == "." and self.token in DOMAINS) or self.before == self.token == "/"
        self.address = known or self.token in ("www", "@") or (self.address and not spaced)


def is_word(token: str) -> bool:
    return token[:1].isalnum() or token == "<unk>"


def is_number(token: str) -> bool:
    return token[:1].isdigit() and NUMBER.fullmatch(token) is not None


def is_letter(token: str, but: str = "") -> bool:
    return len(token) == 1 and token.isalpha() and token not in but


def contracted(at: Place) -> bool:
    """Return whether an apostrophe stands inside of a word: don't, wmt'14, l'eau."""
    short = at.after in CONTRACTED and (at.after != "t" or at.before[-1:] == "n")
    year = is_number(at.after) and at.before not in FUNCTION_WORDS
    french = at.before in ("d", "l", "o") and is_word(at.after) and not at.is_open("'")
    return is_word(at.before) and (short or year or french)


def plural_possessive(at: Place) -> bool:
    plural = at.before[-1:] == "s" and at.before not in FUNCTION_WORDS
    return plural and at.after != "'" and not at.is_open("'")


def inside_word(at: Place) -> bool:
    """Return whether a backslash clings to what stands before it: g\\"odel, 5\\%."""
    accent = at.after in ACCENTS and at.before not in FUNCTION_WORDS
    return is_word(at.before) and (accent or not at.before.isalpha())


def dotted(at: Place) -> bool:
    """Return whether a full stop stands inside of e.g., u.s., i.i.d., ph.d., github.com."""
    if at.after in DOMAINS or (at.address and is_word(at.after) and at.after not in STARTERS):
        return True
    letters = is_letter(at.before) and is_letter(at.after, but="ai")
    return letters or at.before + at.after in ("ai", "ii", "ka", "phd")


# Signs, when, and what they cling to then; the first row that fits decides.
RULES: list[tuple[str, Callable[[Place], bool], int]] = [
    ("$", lambda at: at.before == "\\", RIGHT),  # dollars, no maths
    ("' \" ` ^ ~ = . , : ; - / ! |", lambda at: at.before == "\\", BOTH),
    ("\\", inside_word, BOTH),
    (": - ~ = & #", lambda at: at.address, BOTH),
    ("+ - = < > * ~ : & ! ± × ≤ ≥ ≈ −", lambda at: at.is_open("$"), BOTH),
    (".", dotted, BOTH),
    ("' ’", contracted, BOTH),
    ("'", plural_possessive, LEFT),
    (":", lambda at: is_number(at.after) and (is_number(at.before) or at.before == "arxiv"), BOTH),
    ("(", lambda at: at.before in FUNCTIONS or at.after == "s", BOTH),
    ("-- –", lambda at: is_number(at.before) and is_number(at.after), BOTH),
    ("-", lambda at: at.before in tuple(")]}$%+/"), BOTH),
    ("-", lambda at: at.after in (",", "and", "or", ")"), LEFT),
    ("<", lambda at: is_word(at.after) and not is_number(at.after), RIGHT),  # "<s>"
    (">", lambda at: at.before in ("-", "=", "--"), BOTH),
    (">", lambda at: is_word(at.before) and not is_number(at.after), LEFT),
    ("+", lambda at: at.before == "+", LEFT),  # "c++"
    ("~", lambda at: is_word(at.before) and is_number(at.after), RIGHT),
    ("&", lambda at: is_letter(at.before) and is_letter(at.after), BOTH),  # "q&a"
]  # fmt: skip
ROWS = {
    sign: [(when, cling) for signs, when, cling in RULES if sign in signs.split()]
    for sign in words(" ".join(signs for signs, _, _ in RULES))
}


def place_word(at: Place) -> int:
    if NUMBER.match(at.token):
        known = at.before in BEFORE_NUMBER and len(at.token) < 4
        return LEFT if known or is_letter(at.before, but="as") else NEITHER
    joined = at.token in AFTER_NUMBER or is_letter(at.token, but="fi")
    return LEFT if joined and at.before[-1:].isdigit() and is_number(at.before) else NEITHER


def place_quote(at: Place) -> int:
    if at.token == "`":
        at.opened["''" if at.before == "`" else "'"] = at.index
        return RIGHT
    if at.token == at.before == "'":
        return at.cling  # the second half of two
    return at.pair("''" if at.token == at.after == "'" else at.token)


def place(at: Place) -> int:
    """Return what the token clings to."""
    if is_word(at.token):
        return place_word(at)
    for when, cling in ROWS.get(at.token, ()):
        if when(at):
            return cling
    return place_quote(at) if at.token in PAIRED else CLING.get(at.token, NEITHER)


def spaces(tokens: Sequence[str]) -> list[bool]:
    """Return for each token whether a space stands before it."""
    at, spaced = Place(), []
    for at.index, at.token in enumerate(tokens):
        at.after = tokens[at.index + 1] if at.index + 1 < len(tokens) else ""
        cling = place(at)
        spaced.append(at.index > 0 and not (at.cling & RIGHT or cling & LEFT))
        at.track_address(spaced[-1])
        at.before, at.cling = at.token, cling
    return spaced


def ending(earlier: str, before: str, mark: str) -> int:
    """Return whether a mark ends a sentence, behind two other tokens."""
    if mark != ".":
        return SURELY
    if before in NO_END or (earlier == "." and before in tuple("adegkt")):  # "e.g.", "ph.d."
        return NOT
    return PERHAPS if before in ("al", "etc") or is_letter(before) else SURELY


def starts(tokens: Sequence[str], spaced: Sequence[bool]) -> Iterator[bool]:
    """Yield for each token whether it is the first word of a sentence."""
    ended, apart = SURELY, True  # has the sentence before ended, and was there a space since
    earlier = before = ""
    for token, space in zip(tokens, spaced, strict=True):
        apart = apart or space
        known = ended == SURELY or (ended == PERHAPS and token in STARTERS)
        yield known and apart and is_word(token) and token not in ("http", "https", "www")
        if token in ENDS or (token[-1:] == "." and is_number(token)):
            ended, apart = ending(earlier, before, token), False
        elif token not in QUOTES:
            ended = NOT
        elif before in ("!", "?"):
            ended = PERHAPS  # '"Why?" asked'
        earlier, before = before, token


def is_name(earlier: str, before: str, token: str, after: str, later: str) -> bool:
    """Return whether a token has a capital anywhere: I, U.S., U.K., Fig."""
    if token == "i":
        pronoun = before not in ("(", "$", "^") and is_word(after)
        return pronoun or (after in ("'", "’") and later in ("d", "ll", "m", "ve"))
    if token in ("fig", "figs", "eq", "eqs"):
        return after == "."
    land = (token, after, later) if token == "u" else (earlier, before, token)
    return land in (("u", ".", "s"), ("u", ".", "k"))


def capital(token: str) -> str:
    first = token[:1].title()
    return first + token[1:] if first.lower() == token[:1] else token


def pretty_pieces(tokens: Sequence[str]) -> list[str]:
    """Return what each token becomes in readable text, with the space before it, if any.

    Only case and spaces change. Takes linear time; the pieces of more tokens begin like those of
    fewer, but for the last ones.
    """
    spaced = spaces(tokens)
    padded = ["", "", *tokens, "", ""]
    pieces = []
    for index, first in enumerate(starts(tokens, spaced)):
        upper = first or is_name(*padded[index : index + 5])
        token = capital(tokens[index]) if upper else tokens[index]
        pieces.append(" " * spaced[index] + token)
    return pieces


def prettify(tokens: Sequence[str]) -> str:
    """Return razdel tokens in lower case as readable text, see :func:`pretty_pieces`."""
    return "".join(pretty_pieces(tokens))
