"""For tests: pytest's fixtures, and the clock that lets pytest-benchmark time a figure."""
