"""Whether a value reads as a text that somebody meant, whatever it is sent to."""
