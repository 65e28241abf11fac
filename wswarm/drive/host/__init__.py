"""The machine: its limits and cores, the server under test, and what either spends."""
