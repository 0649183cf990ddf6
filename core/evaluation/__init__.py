"""The one place that computes a figure."""
