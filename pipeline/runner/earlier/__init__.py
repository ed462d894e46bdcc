"""What earlier runs of an account reached, and what they left."""
