"""What must hold before anything is sent, asked or released."""
