"""Both sides beside each other: planner, diff, explain, and the facts that name a cause."""
