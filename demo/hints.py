"""A guess whether a text is German, for a hint; nothing is refused because of it."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Frequent words, without those that two of the languages here spell alike (in, an, was, die).
# Typed German is often without umlauts, so ue, oe and ae stand beside ü, ö and ä.
GERMAN = _words(
    """der das den dem des ein eine einen einem einer eines und oder aber nicht kein keine ist sind
    war waren bin bist seid hat haben habe hast hatte hatten wird werden wurde wurden ich du er sie
    es wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein meine dein deine sein seine ihre
    unser unsere auf aus bei mit nach von zu zum zur vor über ueber unter zwischen durch für fuer
    gegen ohne um im am beim vom ins wie wo wer wann warum wenn weil dass daß ob als auch noch nur
    schon sehr mehr hier dort da heute morgen gestern jetzt immer nie bitte danke ja nein guten gute
    guter kann kannst können koennen muss müssen muessen soll will wollen möchte moechte geht gibt
    macht mann frau kind hund katze leute haus zwei drei vier etwas nichts alle alles viel viele
    dieser diese dieses jede jeder hallo herr"""
)
OTHER = _words(
    """the a of and to is are were that this these those with for on at by from it he she they
    we you i his her their not have has had do does did would can could please hello dog cat
    le la les un une et est dans pour que qui avec sur je tu il elle nous vous ne pas sont bonjour
    el los las y en por con para una que se no lo como está muy hola il lo gli di che non per
    sono ciao het een van niet ik jij zijn maar ook naar"""
)


def not_german(text: str) -> str:
    """Return a hint when the text does not look like German, else an empty string."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words:
        return "There are no words in this text; the shipped models know German sentences alone."
    german = sum(word in GERMAN or bool(re.search("[äöüß]", word)) for word in words)
    other = sum(word in OTHER for word in words)
    foreign_letters = sum(not re.search("[a-zäöüß]", word) for word in words)
    if foreign_letters > len(words) / 2 or other > german:
        return "This does not look like German, the only language that the shipped models read."
    return ""
