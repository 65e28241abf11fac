"""One plan, one target, one fleet of agents: one `Run`."""
