"""The edge inward: clock, sockets, agent processes, probes."""
