"""The engine for a population that comes and goes: connections join and leave, and the hold's end is not known.

What the fixed engine beside it does for a plan whose times are all known, this does for front ends that decide as
they go, such as Locust. Sockets, drivers, the hot path and the figures are the same.
"""
