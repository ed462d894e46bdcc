"""What is SQLite's and not the ledger's: the file, its locks, its statements, its version."""
