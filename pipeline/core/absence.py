"""What an absence takes to be believed, and how a release that rests on it is told.

Who releases and who verifies a release go by the same figures.
"""

ROUNDS_MIN = 5
"""Spaced rounds of questions that must miss a name."""

CONTROLS_MIN = 3
"""Questions for names known to be taken that each of these rounds must find."""

BY_POLICY = "policy "
"""How the note of every release begins that no person decided; the ledger counts by it."""

BY_PROOF = f"{BY_POLICY}auto:"
"""How the note of a release begins that rests on proof and on nobody's word."""
