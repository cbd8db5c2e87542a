"""The pixels of a decoded picture where they lie in memory, without copying them.

Pillow keeps a colour picture as four bytes a pixel and copies it into three whenever it is asked for an
array, which takes about as long as decoding a large JPEG. It also hands out the address of what it holds, by
Arrow's C data interface (https://arrow.apache.org/docs/format/CDataInterface.html); that is used here.
"""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Image.core.set_use_block_allocator(1)  # type: ignore[attr-defined]  # a picture in one piece, however large; in several it has no address

BYTES = 4
"""Bytes that Pillow keeps of a pixel in colour: red, green, blue, and one that means nothing."""
VALUES = 1
"""The place of the values among an array's buffers; the first says which values are missing."""


class ArrowArray(ctypes.Structure):
    """An array as Arrow's C data interface lays it out."""


ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowArray))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]

_address = ctypes.pythonapi.PyCapsule_GetPointer
_address.restype, _address.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """uint8[h, w, 4] of a picture in RGB, the fourth meaning nothing; uint8[h, w, 3] where that needs a copy.

    Read it only: it is what the picture itself is made of. It stays as long as the array does.
    """
    try:
        _, capsule = image.__arrow_c_array__()
    except (ValueError, MemoryError):  # a picture in several pieces
        return np.asarray(image)
    whole = ArrowArray.from_address(_address(capsule, b"arrow_array") or 0)
    values = whole.children[0].contents if whole.n_children else whole
    size = image.width * image.height * BYTES
    if image.mode != "RGB" or values.length != size or whole.offset or values.offset:
        return np.asarray(image)
    memory = (ctypes.c_uint8 * size).from_address(values.buffers[VALUES])
    memory.capsule = capsule  # type: ignore[attr-defined]  # so that the picture outlives the array
    found = np.frombuffer(memoryview(memory), np.uint8).reshape(image.height, image.width, BYTES)
    found.flags.writeable = False
    return found
