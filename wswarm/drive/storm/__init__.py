"""Clients that are dropped, and come back."""
