"""Lists of misspellings and of words: where they come from, and how they are read."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.data.corpora import Pair
from core.data.remote import GITHUB, Corpus, RemoteFile

_LAB = GITHUB + "chiha8888/NCTU_DLP/d52923c4799466cd3d56ffec92b477b00ed61424/lab4/"
_TOEFL = GITHUB + "EducationalTestingService/TOEFL-Spell/252ee893b75dbf6186facf9ffda5fc4bc5dc9eca/"
_SYMSPELL = GITHUB + "mammothb/symspellpy/69f5c59b4db07527ed357d09a2b4c4a04d0b3ba9/symspellpy/"


@dataclass(frozen=True)
class CountedWord:
    """A word, and how often it stands in a large corpus."""

    word: str
    count: int


def _read_lab(path: Path) -> Iterator[Pair]:
    for entry in json.loads(path.read_text(encoding="utf-8")):
        for wrong in entry["input"]:
            yield Pair(wrong, entry["target"])


def _read_lists(path: Path) -> Iterator[Pair]:
    """Yield the pairs of lines like ``four: forer, fore*5``."""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, misspellings = line.partition(":")
        for wrong in misspellings.split(","):
            yield Pair(wrong.partition("*")[0].strip(), word.strip())


def _read_toefl(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["Type"] == "M":
                yield Pair(row["Misspelling"], row["Correction"])


def _read_misspellings(files: Mapping[str, Path]) -> dict[str, list[Pair]]:
    return {
        **{part: list(_read_lab(files[f"{part}.json"])) for part in ("train", "test", "new_test")},
        "lists": list(_read_lists(files["spell-errors.txt"])),
        "toefl": list(_read_toefl(files["toefl-spell-annotations.tsv"])),
    }


def _read_dictionary(files: Mapping[str, Path]) -> dict[str, list[CountedWord]]:
    (path,) = files.values()
    rows = (line.split() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return {"all": [CountedWord(word, int(count)) for word, count in rows]}


MISSPELLINGS = Corpus(
    name="misspellings",
    title="English misspellings: a lab's lists, Wikipedia and Birkbeck, TOEFL-Spell",
    licence="TOEFL-Spell CC BY-SA 4.0, the others not stated",
    files=(
        RemoteFile(
            _LAB + "train.json",
            "cc5027d739974717633e684f6a021d985b1d0797e78722d3056cf625ed0a38b4",
        ),
        RemoteFile(
            _LAB + "test.json",
            "32d6ffd4f407511d17a7738c48a7eaf3211d27f1e3b7f005e9c99518f72312cb",
        ),
        RemoteFile(
            _LAB + "new_test.json",
            "a366c0169329171ab3574baf3c514434ed5f97fc24cf146a068f81fecb153f71",
        ),
        RemoteFile(
            "https://norvig.com/ngrams/spell-errors.txt",
            "13216c21f66ff46cc103df81c4940b9f8b514fcc88e187d774b0ff0577c325ea",
            strip_returns=True,
        ),
        RemoteFile(
            _TOEFL + "Annotations.tsv",
            "5c10e36886fdba25e4c78ace49c0ade6a97fe87ac1f1d9f7d50efac784eccb05",
            kept_as="toefl-spell-annotations.tsv",
        ),
    ),
    read=_read_misspellings,
    folder="spelling",
)

DICTIONARY = Corpus(
    name="frequency-dictionary",
    title="English words with counts, as shipped with symspellpy",
    licence="MIT",
    files=(
        RemoteFile(
            _SYMSPELL + "frequency_dictionary_en_82_765.txt",
            "68e9dc81c7e73bd7310b57e516ecaea0d8b6387ff71344a57c04174650a407a7",
        ),
    ),
    read=_read_dictionary,
    folder="spelling",
)
