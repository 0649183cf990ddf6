"""Misspellings made from words: slips of the fingers, and letters that sound alike."""

import random

# Keys beside one another on an English keyboard.
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Spellings that are taken for one another, in both directions; "" is a letter that is not heard.
_ALIKE = (
    *(("ie", "ei"), ("ph", "f"), ("ible", "able"), ("ance", "ence"), ("ant", "ent")),
    *(("er", "ar"), ("er", "or"), ("or", "ar"), ("le", "el"), ("al", "el"), ("le", "al")),
    *(("c", "k"), ("c", "s"), ("s", "z"), ("ck", "k"), ("qu", "kw"), ("x", "cks"), ("sc", "s")),
    *(
        ("g", "j"),
        ("dg", "j"),
        ("ch", "tch"),
        ("ch", "sh"),
        ("ch", "k"),
        ("sh", "ti"),
        ("sh", "ci"),
    ),
    *(("tion", "sion"), ("tion", "shun"), ("tion", "cian"), ("sion", "ssion"), ("tu", "chu")),
    *(
        ("ea", "ee"),
        ("ee", "ie"),
        ("ea", "ie"),
        ("ai", "ay"),
        ("ai", "a"),
        ("ei", "ai"),
        ("ey", "y"),
    ),
    *(("oo", "u"), ("ou", "ow"), ("ou", "u"), ("ou", "o"), ("oa", "o"), ("au", "o"), ("aw", "or")),
    *(
        ("igh", "i"),
        ("y", "i"),
        ("ew", "u"),
        ("our", "or"),
        ("ur", "er"),
        ("ir", "er"),
        ("re", "er"),
    ),
    *(("gh", ""), ("wh", "w"), ("kn", "n"), ("wr", "r"), ("mb", "m"), ("gn", "n"), ("ps", "s")),
    *(("rh", "r"), ("ise", "ize"), ("se", "ce"), ("ful", "full"), ("ally", "ly")),
    *(("ely", "ly"), ("th", "f"), ("v", "f"), ("eous", "ious"), ("ous", "us")),
)
_BOTH_WAYS = (*_ALIKE, *((right, left) for left, right in _ALIKE if right))
_VOWELS = "aeiou"
_NO_APOSTROPHE = 0.6  # probability
_MANY_EDITS = ((1, 0.7), (2, 0.24), (3, 0.06))  # how many edits, and how often so many


def misspell(word: str, chance: random.Random) -> str:
    """Return a misspelling of a word, another one at each call.

    Words of up to four letters have one edit, longer ones up to three; "don't" and the like most
    often lose their apostrophe alone.
    """
    if "'" in word and chance.random() < _NO_APOSTROPHE:
        return word.replace("'", "")
    counts, weights = zip(*_MANY_EDITS, strict=True)
    edits = chance.choices(counts, weights)[0] if len(word) > 4 else 1
    wrong = word
    while wrong == word or edits > 0:
        wrong = chance.choices(_EDITS, _OFTEN)[0](wrong, chance)
        edits -= 1
    return wrong


def _sounds_alike(word: str, chance: random.Random) -> str:
    found = [
        (place, left, right)
        for left, right in _BOTH_WAYS
        if left in word
        for place in range(len(word))
        if word.startswith(left, place)
    ]
    if not found:
        return _other_vowel(word, chance)
    # Of the longer the spelling, the less chance it is that it stands there.
    often = [len(left) ** 2 for _, left, _ in found]
    place, left, right = chance.choices(found, often)[0]
    return word[:place] + right + word[place + len(left) :]


def _other_vowel(word: str, chance: random.Random) -> str:
    places = [place for place, letter in enumerate(word) if letter in _VOWELS]
    if not places:
        return _drop(word, chance)
    place = chance.choice(places)
    return word[:place] + chance.choice(_VOWELS) + word[place + 1 :]


def _drop(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word + chance.choice(_VOWELS)
    place = chance.randrange(1, len(word))  # the first letter is hardly ever forgotten
    return word[:place] + word[place + 1 :]


def _double(word: str, chance: random.Random) -> str:
    """Write a letter twice, or a double one once."""
    twice = [place for place in range(1, len(word)) if word[place] == word[place - 1]]
    if twice and chance.random() < 0.6:
        place = chance.choice(twice)
        return word[:place] + word[place + 1 :]
    place = chance.randrange(len(word))
    return word[: place + 1] + word[place:]


def _swap(word: str, chance: random.Random) -> str:
    place = chance.randrange(max(1, len(word) - 1))
    return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]


def _insert(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) + 1)
    return word[:place] + chance.choice("".join(_ROWS)) + word[place:]


def _wrong_key(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return word[:place] + chance.choice(_NEAR.get(word[place], word[place])) + word[place + 1 :]


def _near() -> dict[str, str]:
    """Return the keys beside each letter's, those of the next row included."""
    near: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, letter in enumerate(row):
            near[letter] = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            # Each row begins half a key to the right of the one above.
            for above in _ROWS[max(0, number - 1) : number]:
                near[letter] += above[place : place + 2]
            for below in _ROWS[number + 1 : number + 2]:
                near[letter] += below[max(0, place - 1) : place + 1]
    return near


_NEAR = _near()
_EDITS = (_sounds_alike, _other_vowel, _drop, _double, _swap, _insert, _wrong_key)
_OFTEN = (0.34, 0.16, 0.17, 0.12, 0.08, 0.05, 0.08)
