"""What the report says, as numbers without layout."""
