"""Statistics of two versions."""
