"""From lines to recipients: numbers, values, duplicates, who wants nothing."""
