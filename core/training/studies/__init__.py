"""Studies: small training runs whose comparison answers one question, stored as reports."""
