"""One file per image-model dialect: a generator returns drafts, which nobody may send."""
