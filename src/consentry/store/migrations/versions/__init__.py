"""The changes, in order; a file once released is never edited."""
