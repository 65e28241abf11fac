"""What the measurements say: pure functions over numbers."""
