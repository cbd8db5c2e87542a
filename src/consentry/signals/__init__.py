"""One file per way of looking at content: a signal says what it saw, or that it could not look."""
