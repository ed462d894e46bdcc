"""Sentences for slips of the pen in a campaign file: what was meant, and how it is written."""
