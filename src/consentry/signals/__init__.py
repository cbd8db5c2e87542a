"""One file per way of looking at content. A signal says what it saw, or that it could not look."""
