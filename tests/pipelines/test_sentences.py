"""Splitting into sentences: hand-written cases, nothing lost, and no more work than linear."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pipelines.sentences import MAX_CHARACTERS, MAX_WORDS, join, split_sentences

# One text a line; a bar stands where it is split.
GERMAN = """
Am 1. Mai ist frei. | Alle feiern.
Der 2. Weltkrieg endete 1945. | Danach war Frieden.
Im 19. Jahrhundert gab es keine Autos.
Karl der V. war Kaiser. | Er lebte im 16. Jahrhundert.
Ludwig XIV. war König von Frankreich.
Der II. Weltkrieg war schrecklich.
Es regierte Friedrich II. | Er war König von Preußen.
Ich mag Obst, z. B. Äpfel. | Du auch?
Ich mag Obst, z.B. Äpfel und Birnen.
Man kann z. B. Sie fragen.
Das ist falsch, d. h. Sie müssen es noch einmal machen.
Er spielt u. a. Klavier und Geige.
Wir haben Hunde, Katzen u. a. | Das ist schön.
Prof. Schmidt kommt morgen.
Prof. Dr. Anna Müller hält einen Vortrag. | Er beginnt um 9 Uhr.
Dr. Meier ist im Urlaub. | Frau Dr. Klein vertritt ihn.
Hr. Müller und Fr. Schulz sind da.
Sie wohnt in der Hauptstr. 5 in Berlin.
Sie wohnt in der Goethestr. | Er wohnt am Markt.
Ich wohne in Nr. 5. | Das ist gut.
Er wurde 2. | Dann ging er.
Unser Zug fährt von Gleis 7. | Peter wartet schon.
Bitte lesen Sie bis Seite 12. | Frau Klein fragt morgen danach.
Wir kauften Brot, Käse, Wein usw. | Dann fuhren wir heim.
Wir kauften Brot, Käse usw. und fuhren heim.
Sie hat ca. 20 Katzen bzw. Kater.
Die Stadt hat 3 Mio. Einwohner. | Sie wächst.
Das kostet 2 Mrd. Euro. | Wer soll das bezahlen?
Das Haus kostet 2 Mio. | Das ist zu viel.
J. S. Bach wurde in Eisenach geboren.
Der Autor heißt E. T. A. Hoffmann. | Kennst du ihn?
Herr K. kam spät. | Frau S. kam gar nicht.
Das war Herr K. | Er hat uns gesehen.
Vitamin C ist gesund. | Das weiß jeder.
Er kam am 1. 3. 2020 an. | Es regnete.
Er kam am 1.3.2020 an. | Es regnete.
Am 24.12. feiern wir. | Am 31.12. auch.
Heute ist der 3. | Gestern war der 2.
Sie wurde am 3. Oktober 1990 geboren.
Vom 1. bis zum 15. August ist geschlossen.
Es geschah im Jahr 1998. | Peter war damals klein.
Das Brot kostet 3,20. | Die Milch kostet 1,10.
Der Film beginnt um 20.15 Uhr. | Komm bitte pünktlich!
Der Zug fährt um 14:35. | Peter kommt mit.
Pi ist ungefähr 3,14. | Man rundet oft.
Die Datei hat 1.000 Zeilen. | Das reicht.
Ich weiß nicht ... | Vielleicht morgen.
Ich ... ich weiß es nicht.
Das ist ein … Hund!
Also gut … | Wir gehen.
„Kommst du?“, fragte sie. | „Ja“, sagte er.
„Was willst du?“ fragte er. | Sie schwieg.
Er sagte: „Ich komme.“ | Dann ging er.
„Geh weg!“ | „Nein.“ | Er blieb.
Er rief: „Komm! Jetzt!“ | Dann lief er weg.
»Ja.« | »Nein.« | »Doch.«
Sie sagte: "Das ist gut." | Er nickte.
"Wer ist da?" rief er. | Niemand antwortete.
(Er kam.) | Sie ging.
Er mag Tiere (Hunde, Katzen usw.) sehr.
Viele Tiere (Hunde usw.) Afrikas sind wild.
Das ist gut (siehe S. 5). | Das auch (vgl. Abb. 3).
Wirklich?! | Das glaube ich nicht!!! | Unmöglich.
Hallo! | Wie geht es dir? | Mir geht es gut.
Ach! wie schön ist das.
Yahoo! ist eine Firma.
ich bin müde. | gehen wir nach hause? | ja.
am 3. mai kommt dr. müller z. b. nach berlin. | das ist schön.
ICH BIN MÜDE. | DER HUND AUCH.
1. Der Hund bellt. | 2. Die Katze schläft.
Beethovens 9. Sinfonie ist berühmt.
Das ist mein 3. Kind. | Es heißt Max. | Er schläft.
Das ist schon das 2. Mal. | Warum?
Sie ging in die 5. Klasse. | Dort lernte sie Englisch.
Cäsar wurde 44 v. Chr. ermordet. | Rom trauerte.
Das war im 5. Jh. v. Chr. | Damals gab es viele Kriege.
Die Firma Müller & Co. KG ist pleite.
Bayern gewann gegen den 1. FC Köln. | Der Trainer war froh.
Mein Geburtstag ist am 12. | Deiner ist am 13.
Lies Kap. 3 und Abb. 4. | Dann mach eine Pause.
Ruf mich an (Tel. 030 1234). | Ich warte.
Er arbeitet i. d. R. bis 17 Uhr. | Danach geht er heim.
Die Seite www.beispiel.de ist neu. | Schau mal!
Wie geht's? | Mir geht's. | Und dir?
Das kostet 50 €. | Das ist billig.
Nur 10 % kamen. | Der Rest blieb daheim.
Nimm den Bus Nr. 100. | An der 3. Haltestelle steigst du aus.
Bitte 5 Min. Pause! | Danach geht es weiter.
St. Petersburg ist schön. | Warst du schon dort?
Gehen Sie bitte auf die 2. Etage. | Dort ist das Büro von Dr. Weber.
Toll! 😀
Gehen wir? | 😀 Ja!
Papst Johannes XXIII. eröffnete das Konzil. | Es dauerte bis 1965.
Kaiser Wilhelm II. dankte am 9. Nov. 1918 ab. | Er floh nach Holland.
die herrschaft von philipp ii. dauerte lange. | dann kam sein sohn.
Sehr geehrter Herr Dr. Müller, ich danke Ihnen. | Mit freundlichen Grüßen
Max. 5 Personen dürfen rein. | Das ist Max. | Er ist mein Bruder.
Dipl.-Ing. Schulze plant das Haus.
Nach § 5 Abs. 2 BGB gilt das nicht. | Das ist klar.
Er sagte: „Das war am 3. Mai. Ich weiß es.“ | Dann schwieg er.
Am Samstag, 5. Juni, heiraten wir. | Kommt ihr?
Dr. h. c. Meier spricht. | Alle hören zu.
Nr. 7 lebt. | Nr. 8 nicht.
Martin Luther (geb. 1483 in Eisleben) war Mönch. | Er übersetzte die Bibel.
Das Buch hat 300 Seiten. | 250 habe ich gelesen.
Das kostet inkl. MwSt. 20 Euro. | Das ist nicht viel.
P.S. Ich liebe dich.
– Wie spät ist es? | – Es ist 5 Uhr.
Er heißt Hans-J. Müller.
""".strip().splitlines()

ENGLISH = """
Mr. Smith met Dr. Jones. | They had lunch.
I like fruit, e.g. apples. | You too?
Meet me at 5 p.m. at the station. | Don't be late!
"Who is there?" he asked. | Nobody answered.
“I am tired.” | She went to bed.
J. K. Rowling wrote it in 1997. | It sold well.
No. | I won't. | See No. 5.
He bought bread, milk, etc. | Then he left.
It costs $3.50. | That's cheap.
He works for Smith Inc. | They sell cars.
""".strip().splitlines()

HARD_UNITS = [
    "a",
    ".",
    " ",
    "\n",
    "a. ",
    "A. ",
    "1. ",
    "!a",
    "„",
    "“ ",
    '"',
    '" ',
    "(",
    ".) ",
    " \n",
]
ANY_TEXT = st.one_of(
    st.text(),
    st.text(alphabet="aB1.!?… ,\n\t„“\"()'z"),
    st.lists(st.sampled_from(["z. B. ", "Dr.", "Er ", "und ", "3. ", "Mai", "?“ ", "\n\n"])).map(
        "".join
    ),
)


@pytest.mark.parametrize("marked", GERMAN + ENGLISH)
def test_hand_written_text_is_split_at_its_bars_alone(marked: str) -> None:
    expected = marked.split(" | ")
    assert [sentence.text for sentence in split_sentences(" ".join(expected))] == expected


def test_there_are_sixty_german_cases() -> None:
    assert len(set(GERMAN)) >= 60


def test_a_line_break_ends_a_sentence_and_paragraphs_are_kept() -> None:
    text = "\n  Liebe Anna,\nwie geht es dir?  Mir geht es gut.\r\n\r\nDein Max\n"
    sentences = split_sentences(text)
    expected = ["Liebe Anna,", "wie geht es dir?", "Mir geht es gut.", "Dein Max"]
    assert [sentence.text for sentence in sentences] == expected
    translated = join(text, sentences, ["A", "B", "C", "D"])
    assert translated == "\n  A\nB  C\r\n\r\nD\n"


@pytest.mark.parametrize("blank", ["", " ", "\n\n", "\t\r\n \u2028 \x85"])
def test_blank_text_has_no_sentence_and_stays_as_it_is(blank: str) -> None:
    assert split_sentences(blank) == []
    assert join(blank, [], []) == blank


def test_one_translation_too_few_is_an_error() -> None:
    with pytest.raises(ValueError):
        join("Ja. Nein.", split_sentences("Ja. Nein."), ["Yes."])


@given(ANY_TEXT)
def test_unchanged_sentences_give_back_the_text(text: str) -> None:
    sentences = split_sentences(text)
    assert join(text, sentences, [sentence.text for sentence in sentences]) == text


@given(ANY_TEXT)
def test_sentences_hold_everything_but_white_space(text: str) -> None:
    sentences = split_sentences(text)
    assert join(text, sentences, [""] * len(sentences)).strip() == ""
    for sentence in sentences:
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.text == sentence.text.strip() != ""
        assert len(sentence.text.splitlines()) == 1
    ends = [position for sentence in sentences for position in (sentence.start, sentence.end)]
    assert ends == sorted(ends)


@given(ANY_TEXT)
def test_a_sentence_is_not_split_again(text: str) -> None:
    for sentence in split_sentences(text):
        assert len(sentence.text) <= MAX_CHARACTERS
        assert len(sentence.text.split()) <= MAX_WORDS


def test_a_sentence_that_is_too_long_is_cut_behind_a_comma() -> None:
    clause = "und dann kam noch ein Tag mit viel Regen und Wind, "
    text = (clause * 40).strip()
    sentences = split_sentences(text)
    assert all(sentence.text.endswith(",") for sentence in sentences)
    assert " ".join(sentence.text for sentence in sentences) == text
    assert all(len(sentence.text.split()) > MAX_WORDS / 2 for sentence in sentences[:-1])


def test_a_sentence_without_commas_is_cut_before_a_conjunction_or_between_words() -> None:
    sentences = split_sentences("Tage kommen und gehen " * 40)
    assert all(sentence.text.startswith("und") for sentence in sentences[1:])
    words = ["Wort"] * 100
    assert [len(s.text.split()) for s in split_sentences(" ".join(words))] == [59, 41]


def test_a_megabyte_of_one_character_is_cut_into_pieces_of_the_limit() -> None:
    sentences = split_sentences("a" * 1_000_000)
    assert {len(sentence.text) for sentence in sentences} == {MAX_CHARACTERS}
    assert len(sentences) == 1_000_000 // MAX_CHARACTERS


def count_calls(text: str) -> int:
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        split_sentences(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("unit", HARD_UNITS)
def test_twice_the_text_takes_twice_the_calls(unit: str) -> None:
    once = unit * (8_000 // len(unit))
    assert count_calls(once * 2) <= 2.1 * count_calls(once) + 100
