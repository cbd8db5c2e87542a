"""The form with which people depicted report an image, on a listener of its own."""
