"""Listen for receipts."""
