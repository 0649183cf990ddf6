"""Running text: sentence pairs and abstracts, where they come from, and how they are read."""

import csv
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.data.remote import GITHUB, Corpus, RemoteFile
from core.errors import UserError

_TATOEBA = GITHUB + "rioyshky/translation/de48b7027f7318d77010a6e08ed928c10748c23d/"
_MULTI30K = GITHUB + "multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/raw/"
_BCONTRAST = GITHUB + "Unbabel/BConTrasT/96f33050c704eea1c10da6e8effcfb5495539e74/"
_ARXIV = GITHUB + "staeiou/arxiv_archive/f043eb1d71da6ed2fb9eac63ab8707359ff606ea/processed_data/"


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation, or a misspelling and its word."""

    source: str
    target: str


@dataclass(frozen=True)
class Abstract:
    """The abstract of a paper, under the id that the paper has for ever."""

    arxiv_id: str
    text: str


def _read_tatoeba(files: Mapping[str, Path]) -> dict[str, list[Pair]]:
    with zipfile.ZipFile(files["deu-eng.zip"]) as archive:
        lines = io.TextIOWrapper(archive.open("deu.txt"), encoding="utf-8")
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return {"all": [Pair(source=german, target=english) for english, german in rows]}


def _read_multi30k(files: Mapping[str, Path]) -> dict[str, list[Pair]]:
    def lines(name: str) -> list[str]:
        with gzip.open(files[name], "rt", encoding="utf-8") as file:
            return file.read().splitlines()

    parts = ("train", "val", "test_2016_flickr", "test_2017_flickr")
    return {
        part: [
            Pair(*pair) for pair in zip(lines(f"{part}.de.gz"), lines(f"{part}.en.gz"), strict=True)
        ]
        for part in parts
    }


def _read_bcontrast(files: Mapping[str, Path]) -> dict[str, list[Pair]]:
    def turns(path: Path) -> Iterator[Pair]:
        for dialogue in json.loads(path.read_text(encoding="utf-8")).values():
            for turn in dialogue:
                # The customer writes German, the agent English; the target is the translation.
                german = turn["speaker"] == "customer"
                sides = (turn["source"], turn["target"])
                yield Pair(*(sides if german else reversed(sides)))

    return {part: list(turns(files[f"{part}.json"])) for part in ("train", "dev")}


def _read_arxiv(files: Mapping[str, Path]) -> dict[str, list[Abstract]]:
    def abstracts(path: Path) -> Iterator[Abstract]:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                yield Abstract(row["arxiv_id"], row["abstract"])

    return {name.removesuffix(".tsv.xz"): list(abstracts(path)) for name, path in files.items()}


def _multi30k_files() -> tuple[RemoteFile, ...]:
    sums = {
        "train.de": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
        "train.en": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
        "val.de": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
        "val.en": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
        "test_2016_flickr.de": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
        "test_2016_flickr.en": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
        "test_2017_flickr.de": "a2c89666db00c495cd8513b9d708d5a3acc205d7de312ef2bf5fb7ebc1540aee",
        "test_2017_flickr.en": "76a444ee25172e72695cddb13ae4a3bda59430617be88e0bb46b60504f054074",
    }
    return tuple(RemoteFile(f"{_MULTI30K}{name}.gz", sha) for name, sha in sums.items())


PARALLEL: tuple[Corpus[Pair], ...] = (
    Corpus(
        name="tatoeba-de-en",
        title="Tatoeba sentence pairs, 2018-05-13",
        licence="CC BY 2.0 FR (tatoeba.org, manythings.org)",
        files=(
            RemoteFile(
                _TATOEBA + "deu-eng.zip",
                "b7688f84f99fa33c17397c14d8bd9cef1fdeb2ee0bf50074767023aee8926e28",
            ),
        ),
        read=_read_tatoeba,
    ),
    Corpus(
        name="multi30k-de-en",
        title="Multi30k image captions",
        licence="text licence not stated; research and education",
        files=_multi30k_files(),
        read=_read_multi30k,
    ),
    Corpus(
        name="bcontrast-de-en",
        title="BConTrasT customer-service chats",
        licence="CC BY-SA 4.0",
        files=(
            RemoteFile(
                _BCONTRAST + "train.json",
                "9bfef7e7f7cf4f80dd766ed1396e80e5b3535b71bc8052e0b9adcbf753f40a4d",
            ),
            RemoteFile(
                _BCONTRAST + "dev.json",
                "b4b001dd093b5b1719d83bd2b6ad367bb7ed2c2793feb4ce751c3d1ff4485f72",
            ),
        ),
        read=_read_bcontrast,
    ),
)


ARXIV = Corpus(
    name="arxiv-abstracts",
    title="arXiv abstracts of cs.CL (to 2018) and cs.NE (to 2019)",
    licence="arXiv metadata, CC0 1.0",
    files=(
        RemoteFile(
            _ARXIV + "20190101/per_category/cs.CL.tsv.xz",
            "00e8e16b179649f2fbfebaa0ff6301a6f7a6333fc9c3ca522d49f9422543749a",
        ),
        RemoteFile(
            _ARXIV + "20200101/per_category/cs.NE.tsv.xz",
            "7573baa64c48716e25b6fac66f2898de76c61a7ac3c5eb339d442030169d755a",
        ),
    ),
    read=_read_arxiv,
)


def parallel_corpus(name: str) -> Corpus[Pair]:
    """Return the corpus of sentence pairs of that name.

    Raises:
        UserError: there is none.
    """
    for candidate in PARALLEL:
        if candidate.name == name:
            return candidate
    names = ", ".join(candidate.name for candidate in PARALLEL)
    raise UserError(f"There is no corpus called {name!r}; there are {names}.")
