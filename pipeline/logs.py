"""Placeholder of logs."""
