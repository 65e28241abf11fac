"""Agents' processes, and what is said between them and their front end."""
