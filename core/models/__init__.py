"""Recurrent models behind one protocol: start and step."""
