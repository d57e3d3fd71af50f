"""Nothing but a place: pytest makes `builders` beside it importable for every test."""
