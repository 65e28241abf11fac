"""What Locust's web page shows of a test."""
