"""What happened and how to mend it, for each code of an error: one module for each kind."""
