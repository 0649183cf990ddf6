"""All corpora that the recipes train on."""

from typing import Any

from core.data.corpora import ARXIV, PARALLEL
from core.data.remote import Corpus
from core.data.spelling_corpora import DICTIONARY, MISSPELLINGS

CORPORA: tuple[Corpus[Any], ...] = (*PARALLEL, ARXIV, MISSPELLINGS, DICTIONARY)
