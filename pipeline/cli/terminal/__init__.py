"""What is printed: streams, tables, progress, a run's books."""
