"""What the emulated provider knows: tasks, links, people, what becomes of messages."""
