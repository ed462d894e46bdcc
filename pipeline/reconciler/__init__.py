"""Find out what became of what was sent: settle doubts, poll, fold receipts."""
