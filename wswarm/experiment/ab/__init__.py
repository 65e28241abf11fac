"""Two versions of a server, compared."""
