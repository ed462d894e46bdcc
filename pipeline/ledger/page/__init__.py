"""What is kept of the page: its users, who is signed in, what they did."""
