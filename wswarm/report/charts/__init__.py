"""The charts of a run's page, as values: what is drawn, of which figures, on which axes."""
