"""What the page of `koosend serve` shows of state folders, and what an operator does there."""
