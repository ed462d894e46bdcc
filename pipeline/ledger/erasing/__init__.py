"""Erase one person: their rows of a run, what was pushed of them, their entries of a list."""
