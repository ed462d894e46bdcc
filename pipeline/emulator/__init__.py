"""A local KooMessage: a second reading of the provider's documents that shares no code with us."""
