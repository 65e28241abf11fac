"""Commands with more to them than a scenario, and what all of them need of the terminal."""
