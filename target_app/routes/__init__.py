"""The endpoints of the hardened app, one idea a file."""
