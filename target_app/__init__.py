"""The reference application: the examples of FastAPI's WebSockets page, and the same endpoints made safe."""
