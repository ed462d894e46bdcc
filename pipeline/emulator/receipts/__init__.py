"""What the emulator pushes, and how."""
