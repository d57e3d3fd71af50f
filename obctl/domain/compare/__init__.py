"""Where both sides differ, as values to show."""
