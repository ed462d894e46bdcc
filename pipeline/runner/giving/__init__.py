"""Give the user's own workbook back: filled by a child process that can do nothing else."""
