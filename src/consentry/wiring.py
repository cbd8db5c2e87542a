"""The only file that names an adapter."""
