"""What a command holds while it works: ledger, account, gateway, receipts."""
