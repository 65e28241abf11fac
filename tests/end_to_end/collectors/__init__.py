"""Where teams look, for real: a collector of OpenTelemetry, a StatsD server, a Prometheus that scrapes."""
