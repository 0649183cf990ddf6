"""A corpus: its files with their addresses and checksums, fetched when needed.

Files are taken from ``$SEQLENS_DATA`` if they are there, else downloaded into the user's cache
directory; either way their SHA-256 is checked.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import pooch

from core.errors import UserError

GITHUB = "https://raw.githubusercontent.com/"


@dataclass(frozen=True)
class RemoteFile:
    """One file of a corpus: its address and the SHA-256 of its bytes."""

    url: str
    sha256: str
    kept_as: str = ""  # by default as its address ends
    strip_returns: bool = False  # upstream ends lines with CR LF; the SHA-256 is without CR

    @property
    def name(self) -> str:
        """Its name on disk."""
        return self.kept_as or self.url.rsplit("/", 1)[-1]


Item = TypeVar("Item")


@dataclass(frozen=True)
class Corpus(Generic[Item]):
    """A corpus: parts by name, of sentence pairs, abstracts or whatever its items are."""

    name: str
    title: str
    licence: str
    files: tuple[RemoteFile, ...]
    read: Callable[[Mapping[str, Path]], dict[str, list[Item]]]
    folder: str = ""  # under $SEQLENS_DATA; by default its name

    def fetch(self) -> dict[str, Path]:
        """Return the path of each file by name, downloading what is missing.

        Raises:
            UserError: a file is damaged or can't be downloaded.
        """
        return {file.name: _locate(self.folder or self.name, file) for file in self.files}

    def parts(self) -> dict[str, list[Item]]:
        """Return the items of each part as upstream has them, not cleaned."""
        return self.read(self.fetch())


def cache_directory() -> Path:
    """Return where downloaded corpora are kept."""
    return Path(pooch.os_cache("seqlens"))


def _locate(folder: str, file: RemoteFile) -> Path:
    root = os.environ.get("SEQLENS_DATA")
    if root:
        path = Path(root) / folder / file.name
        if path.is_file():
            if not _is_whole(path, file):
                raise UserError(
                    f"{path} is damaged: its SHA-256 is not the expected one; delete it and"
                    f" fetch it again from {file.url}."
                )
            return path
    try:
        return _download(cache_directory() / folder, file)
    except Exception as error:  # requests, urllib3 and OS errors alike: the advice is the same
        raise UserError(
            f"{file.name} could not be fetched from {file.url} ({type(error).__name__});"
            f" download it by hand into {cache_directory() / folder} or into"
            f" $SEQLENS_DATA/{folder}."
        ) from error


def _is_whole(path: Path, file: RemoteFile) -> bool:
    """Whether a file has the expected SHA-256; one with CR LF may come from upstream by hand."""
    if not file.strip_returns:
        return bool(pooch.file_hash(str(path)) == file.sha256)
    content = path.read_bytes().replace(b"\r", b"")
    return hashlib.sha256(content).hexdigest() == file.sha256


def _download(folder: Path, file: RemoteFile) -> Path:
    path = folder / file.name
    if not file.strip_returns:
        digest = "sha256:" + file.sha256
        return Path(pooch.retrieve(file.url, digest, file.name, folder, progressbar=True))
    if not path.is_file() or not _is_whole(path, file):
        raw = Path(pooch.retrieve(file.url, None, file.name + ".download", folder))
        content = raw.read_bytes().replace(b"\r", b"")
        raw.unlink()  # or it would be taken for good another time
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ValueError("its SHA-256 is not the expected one")
        path.write_bytes(content)
    return path
