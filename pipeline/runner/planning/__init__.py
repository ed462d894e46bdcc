"""From a campaign and its list to a planned run."""
