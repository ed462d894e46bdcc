"""Placeholder of settings."""
