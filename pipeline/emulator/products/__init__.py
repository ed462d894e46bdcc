"""The provider's operations, one module per product."""
