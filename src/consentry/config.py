"""The table of settings: name, default, help."""
