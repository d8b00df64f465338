"""What happened, for those who want to be told: webhooks."""
