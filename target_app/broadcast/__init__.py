"""From one message to every open connection."""
