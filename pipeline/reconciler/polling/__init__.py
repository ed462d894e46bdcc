"""Ask what became of messages, and fold the news into outcomes."""
