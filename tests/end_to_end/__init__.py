"""Tests on real sockets, against servers of known behaviour."""
