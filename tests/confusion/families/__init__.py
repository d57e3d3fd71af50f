"""Stories by the family of their cause; each module here has `STORIES`."""
