"""Tells whether a full stop, "!", "?" or "…" ends a German (or English) sentence.

The rules stand in the list RULES, like razdel's, and see a few characters around the mark.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What follows belongs to the sentence, even a polite "Sie".
CONTINUES = words(
    """allg bes betr bsp bspw bzgl bzw ca dh div dt eg ehem einschl engl entspr etw evang exkl
    frz geb gegr gem gest ggf ggü griech hrsg ie inkl insb ital kath lat lt mtl nr ps resp röm
    sog sogen tägl tel urspr versch vgl vs zb zzgl"""
)
# A name or noun follows, so only a word like "Dann" can begin a new sentence.
BEFORE_NAME = words(
    """abt bd co dipl dr evtl fa fr frl gebr gen gov hbf hl hr hrn ing kl med min mio mr mrd mrs
    ms mt phil pkt präs prof rer sek sen sr sra st std stk tsd vors whg zt"""
)
# Often the last word of a sentence, but not before a digit ("Abb. 3") or a small letter.
BEFORE_CAPITAL = words(
    """abb abs al anm apr art aufl aug chr corp dec dez di do etc feb ff fig inc jan jg jh jhd
    jr jul jun kap ltd max mi mind mo mwst no nov oct okt proz sa sep sept str uam usf usw uva
    uvm ziff zus"""
)
# A number after these is no ordinal: "Gleis 7. Peter" is two sentences, "am 7. Mai" one.
BEFORE_CARDINAL = words(
    """absatz artikel ausfahrt bahnsteig band bus etage frage gleis halle hausnummer kanal
    kapitel lektion linie no nr nummer page paragraf paragraph platform punkt raum room saal
    seite stufe tor um version zimmer"""
)
# Small words whose capital shows that a sentence begins; no noun, name or month is among them.
STARTERS = words(
    """aber alle alles als also am an auch auf aus außerdem bald bei beim bevor bis bist bitte
    da dabei dafür damals damit danach danke dann daran darauf darum das dass davor dazu dein
    deine deinem deinen deiner dem den denen denn der deshalb dessen deswegen die dies diese
    diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines einige
    endlich er erst es etwas euch euer fast für ganz gegen gestern gibt haben hast hat hatte
    heute hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ist ja jede
    jeder jedes jemand jetzt kann kannst kein keine komm können leider man manche manchmal
    mein meine meinem meinen meiner mich mir mit müssen musst nach nachdem natürlich nein
    nicht nichts nie niemand noch nun nur ob obwohl oder oft ohne plötzlich schon sehr sei
    seid sein seine seinem seinen seiner seit sie sind so sogar sonst später trotzdem über
    übrigens um und uns unser unsere unter viele vielleicht vom von vor während wann war waren
    warum was weil welche welcher welches wem wen wenn wer werden wessen wie willst wir wird
    wo woher wohin wurde wurden zu zuerst zum zur zwar zwischen a after all although and are
    as at because before but by can could did do does every for from had has have he her his
    how i if is it its just let many maybe most my not now of on our please she some that the
    their then there these they this those to two we were what when where which who why with
    would yes you your"""
)
WINDOW = 40  # characters seen on each side of a mark: a bound keeps the work linear in the text

STOP = re.compile(r"(?<![.!?…])([.!?…]++)([\"'“”‘’»«›‹)\]]*+)(?=\s)")
LAST_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*$")
LETTERS = re.compile(r"(?:(?<!\w)[^\W\d_]\.\s?)*(?<![\w'’])[^\W\d_]$")  # "z. B", "J. S", "V"
NUMBER = re.compile(
    r"(?<![\w.,:])(?:(?:\d{1,2}\.)?\d{1,3}|[IVXivx]{2,})$"
)  # no year, time or price
NEXT_WORD = re.compile(r"[^\W_](?=\.)\.|[^\W_]+")


@dataclass(frozen=True)
class Stop:
    """A mark that may end a sentence, and what stands around it."""

    before: str  # the last WINDOW characters of the sentence so far
    mark: str  # ".", "?!", "..."
    close: str  # quotes and brackets right behind the mark
    word: str  # the first word behind it, "" if the next WINDOW characters hold none
    opening: str  # the sentence's first character
    small: bool  # nothing in the line is upper case

    @property
    def trails_off(self) -> bool:
        return self.mark.endswith(("..", "…"))

    @property
    def starter_follows(self) -> bool:
        return self.word[0].isupper() and self.word.lower() in STARTERS


Rule = Callable[[Stop], bool | None]  # True: the sentence ends, False: it goes on, None: not mine


def nothing_follows(stop: Stop) -> bool | None:
    return None if stop.word else False


def small_letter(stop: Stop) -> bool | None:
    # "„Was?“ fragte er", "Ich ... weiß": but a line without capitals says nothing by a small one.
    undecided = stop.small and not stop.close and not stop.trails_off
    return False if stop.word[0].islower() and not undecided else None


def bracket(stop: Stop) -> bool | None:
    # "(Er kam.) Sie ging.", but "Hunde (Dackel usw.) Tiere".
    return stop.opening in "([" if {")", "]"} & set(stop.close) else None


def ellipsis(stop: Stop) -> bool | None:
    return stop.starter_follows if stop.trails_off else None


def clear_mark(stop: Stop) -> bool | None:
    return True if stop.mark != "." or stop.close else None


def letters(stop: Stop) -> bool | None:
    match = LETTERS.search(stop.before)
    if not match:
        return None
    return re.sub(r"\W", "", match[0]).lower() not in CONTINUES and stop.starter_follows


def abbreviation(stop: Stop) -> bool | None:
    match = LAST_WORD.search(stop.before)
    word = match[0].lower() if match else ""
    if word in CONTINUES:
        return False
    if word in BEFORE_NAME:
        return stop.starter_follows
    return stop.word[0].isupper() if word in BEFORE_CAPITAL or word.endswith("str") else None


def number(stop: Stop) -> bool | None:
    match = NUMBER.search(stop.before)
    if not match:
        return None
    before = stop.before[: match.start()].rstrip(" \t.")
    if not re.search(r"\w", before):
        return False  # the number of a list item: "1. Der Hund"
    noun = LAST_WORD.search(before)
    return bool(noun and noun[0].lower() in BEFORE_CARDINAL) or stop.starter_follows


# In this order; the first that has an opinion decides, and without one the sentence ends.
RULES: list[Rule] = [
    nothing_follows, small_letter, bracket, ellipsis, clear_mark, letters, abbreviation, number,
]  # fmt: skip


def ends_sentence(line: str, start: int, mark: re.Match[str], small: bool) -> bool:
    """Return whether the sentence that begins at start ends with the mark, a match of STOP."""
    before = line[max(start, mark.start() - WINDOW) : mark.start()]
    word = NEXT_WORD.search(line, mark.end(), mark.end() + WINDOW)
    stop = Stop(before, mark[1], mark[2], word[0] if word else "", line[start], small)
    return next((verdict for rule in RULES if (verdict := rule(stop)) is not None), True)
