"""What a reply means: that somebody wants no more messages, or perhaps, or something else."""
