"""Searching and sampling, written once for every model."""
