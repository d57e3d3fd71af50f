"""The company's own affairs: set up, settings, status, doctor, its log."""
