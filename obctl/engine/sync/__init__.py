"""One pass over rooms: read, confirm what is missing, plan, guard, apply."""
