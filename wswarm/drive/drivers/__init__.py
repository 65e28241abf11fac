"""From an address to an open WebSocket: the two drivers, and all that their handshakes have in common."""
