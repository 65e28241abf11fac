"""What load to offer: pure values and functions, without clock, socket or chance of their own."""
