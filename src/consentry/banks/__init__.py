"""One file per source of known pictures."""
