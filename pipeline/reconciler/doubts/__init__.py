"""Settle requests without an answer by asking, never by sending again."""
