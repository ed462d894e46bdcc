"""What a purge and an erasure share: which files and folders hold numbers."""
