"""Recordings, played on connections in the agent's own loop."""
