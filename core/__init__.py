"""SeqLens: recurrent sequence models to translate with and to look into."""
