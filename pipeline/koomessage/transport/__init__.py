"""Connections, signatures, tokens, clocks."""
