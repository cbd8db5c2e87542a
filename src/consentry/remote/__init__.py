"""Asks other servers for what a caller named, and for nothing that the caller should not reach."""
