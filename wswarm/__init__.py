"""wswarm: connection counts, message times and broadcast fan-out of WebSocket services."""
