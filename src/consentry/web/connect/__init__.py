"""Doors for platforms that call us in their own words: one file each."""
