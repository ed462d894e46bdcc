"""The page: who may see it, what it shows, and what an operator does there."""
