"""Spans of time that several parts must agree on."""

CLOCK_SKEW_S_MAX = 60.0
"""How far this machine's clock may be from the provider's before nothing is sent or believed."""

SIGNATURE_LIFE_S = 900.0
"""How long the provider's gateway takes a signature after its date."""
