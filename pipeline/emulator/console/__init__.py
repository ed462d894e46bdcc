"""The emulator's own page and its controls."""
