"""What people are told of a campaign's nights, in which words, and that each of it is told once."""
