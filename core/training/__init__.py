"""Recipes and the training run; the only part that imports Lightning."""
