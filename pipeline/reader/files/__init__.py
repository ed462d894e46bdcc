"""From bytes on disk to lines: archives, encodings, delimiters, headers."""
