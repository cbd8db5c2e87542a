"""The first tables."""
