"""Let notices leave through Apprise, and say what is known of whether they did."""
