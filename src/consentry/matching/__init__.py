"""Numbers only, arrays in and arrays out: PDQ hashes, and finding hashes that differ in few bits."""

from consentry.matching.index import Index
from consentry.matching.pdq import PdqHash, hash_image, hash_luma, hash_rgb

__all__ = ["Index", "PdqHash", "hash_image", "hash_luma", "hash_rgb"]
