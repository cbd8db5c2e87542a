"""Consentry keeps intimate or degrading images from being made, shown or spread without consent."""

__version__ = "0.1.0"
