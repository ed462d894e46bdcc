"""Placeholder of chunker."""
