"""One file per user story, to be read from top to bottom."""
