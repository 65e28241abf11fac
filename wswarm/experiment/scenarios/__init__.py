"""What changes while a load lasts, a scenario each."""
