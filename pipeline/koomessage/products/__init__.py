"""One module per product: its requests, its answers, its lists."""
