"""The provider's language ends here."""
