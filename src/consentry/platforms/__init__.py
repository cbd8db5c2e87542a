"""One file per platform: where its pictures are, and how to hide and check them."""
