"""Costs, queues and forecasts: against formulas, libraries and servers whose costs are known."""
