"""One file per image-model dialect. A generator returns drafts, which nobody may send."""
