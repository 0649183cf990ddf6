"""The studies by name."""

from core.report import Study
from core.training.studies import (
    accumulation,
    batching,
    language_models,
    layer_sizes,
    lstm_suspects,
    penn_small,
    profile,
    shared_layers,
    teacher_forcing,
)

STUDIES: dict[str, Study] = {
    "recurrent-kinds": Study(language_models.recurrent_kinds, {"epochs": 1}),
    "overfitting": Study(language_models.overfitting, {"epochs": 3}),
    "word-vectors": Study(language_models.word_vectors, {"epochs": 1}),
    "documents-or-stream": Study(language_models.documents_or_stream, {"epochs": 1}),
    "penn-small": Study(penn_small.penn_small, {"epochs": 1}),
    "lstm-suspects": Study(lstm_suspects.lstm_suspects, {"steps": 40, "few": 20, "timed": 10}),
    "shared-layers": Study(shared_layers.shared_layers, {"epochs": 1, "seeds": 1}),
    "teacher-forcing": Study(teacher_forcing.teacher_forcing, {"epochs": 1}),
    "teacher-forcing-profile": Study(profile.teacher_forcing_profile, {}),
    "batching": Study(batching.batching, {"documents": 300, "epochs": 3}),
    "accumulation": Study(accumulation.accumulation, {"batches": (8, 16), "steps": 2}),
    "layer-sizes": Study(layer_sizes.layer_sizes, {"rounds": 5}),
}
