"""What goes wrong on purpose: rules, kinds, and where they bite."""
