"""Copies of a ledger and its account's store: what they hold, how they are made and put back."""
