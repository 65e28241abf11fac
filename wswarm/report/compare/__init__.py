"""Stored results side by side."""
