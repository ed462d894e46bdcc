"""One use case per command, named like it."""
