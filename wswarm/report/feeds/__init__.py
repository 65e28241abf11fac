"""What others hear of a run while it goes on, second by second, and at its end."""
