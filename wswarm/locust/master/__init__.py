"""What leads a test, in Locust's master or in its only process."""
