"""What a spreadsheet shows of a value, by the format of its cell."""
