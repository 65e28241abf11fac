"""What a target's pieces of work cost, and what that means for loads that were not measured."""
