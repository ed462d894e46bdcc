"""What must hold of a list before any of it is sent."""
