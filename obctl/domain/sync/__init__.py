"""What a pass decides: both sides matched, what became of each meeting, one plan for a room."""
