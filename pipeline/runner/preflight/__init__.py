"""What is asked before anything is sent."""
