"""Spreadsheets, read in a sandbox of their own."""
