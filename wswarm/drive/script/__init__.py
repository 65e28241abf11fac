"""Scripts: what one connection does, written as a coroutine, in the agent's own loop."""
