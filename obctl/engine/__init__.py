"""Use cases: they load, ask Graph, let the domain decide, and save."""
