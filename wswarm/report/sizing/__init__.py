"""Reports of what a target costs, and of what it will take."""
