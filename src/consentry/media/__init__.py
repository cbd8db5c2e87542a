"""Bytes of unknown origin become pixels here, in a sandbox, and clean bytes again."""
