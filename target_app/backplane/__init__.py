"""Broadcasts across worker processes: one protocol, several ways."""
