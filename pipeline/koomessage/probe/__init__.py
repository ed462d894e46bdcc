"""Measure what can be measured of a real account without sending."""
