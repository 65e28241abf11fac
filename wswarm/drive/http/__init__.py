"""Publishing by HTTP: requests in place of a WebSocket's messages."""
