"""Figures for monitoring: from the ledger, from what processes counted, to a file or a page."""
