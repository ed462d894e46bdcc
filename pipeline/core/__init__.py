"""Hold the rules of koosend: pure values and functions, no clock, no input or output."""
