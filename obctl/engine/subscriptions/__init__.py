"""Graph's promises to notify: made, renewed, and kept account of."""
