"""One TOML file per jurisdiction: what its law asks for, since when, and scenarios that prove it."""
