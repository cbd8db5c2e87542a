"""Numbers only: arrays in, arrays out. PDQ hashes, and finding hashes that differ in few bits."""
