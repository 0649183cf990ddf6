"""Corpora, splits and batches."""
