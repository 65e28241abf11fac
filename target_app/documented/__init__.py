"""The three examples of FastAPI's WebSockets page, each a whole app of its own: the measuring baseline."""
