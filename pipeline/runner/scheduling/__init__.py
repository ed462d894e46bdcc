"""What runs a campaign by itself: its jobs, as lines for cron or units for systemd."""
