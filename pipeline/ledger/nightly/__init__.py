"""What a ledger keeps of the nights of its campaigns: which ran, and what was told of them."""
