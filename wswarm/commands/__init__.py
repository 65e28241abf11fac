"""Commands in files of their own: each takes the parsed options and a way to print, and returns an exit code."""
