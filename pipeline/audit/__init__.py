"""Proving: hold the books, the steps and the provider's lists against each other."""
