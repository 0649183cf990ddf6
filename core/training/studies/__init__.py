"""Studies: small training runs whose comparison answers one question, stored as reports."""

from collections.abc import Callable

from core.training.studies import language_models, penn_small, profile, teacher_forcing
from core.training.studies.runs import Report

STUDIES: dict[str, Callable[[str], Report]] = {
    "recurrent-kinds": language_models.recurrent_kinds,
    "overfitting": language_models.overfitting,
    "word-vectors": language_models.word_vectors,
    "documents-or-stream": language_models.documents_or_stream,
    "penn-small": penn_small.penn_small,
    "teacher-forcing": teacher_forcing.teacher_forcing,
    "teacher-forcing-profile": profile.teacher_forcing_profile,
}
