"""Guard where receipts come in: whose they are, and whose opt-outs count."""
