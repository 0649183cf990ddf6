"""The commands of ``python -m core``, a file each; a thin layer over the library."""
