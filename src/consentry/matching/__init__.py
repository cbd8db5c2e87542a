"""Numbers only, arrays in and arrays out: hashes of pictures, and finding those that differ in few bits."""

from consentry.matching.index import Index
from consentry.matching.pdq import PdqHash, hash_image, hash_luma, hash_rgb
from consentry.matching.quick import quick_hash, search_image
from consentry.matching.video import compare_videos, from_vpdq, to_vpdq

__all__ = [
    "Index",
    "PdqHash",
    "compare_videos",
    "from_vpdq",
    "hash_image",
    "hash_luma",
    "hash_rgb",
    "quick_hash",
    "search_image",
    "to_vpdq",
]
