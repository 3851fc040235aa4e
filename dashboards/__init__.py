"""The Grafana dashboards and alert rules: described once here, written by ``python -m dashboards`` into deploy/grafana.

The JSON there is generated and committed; a test holds that it is what this package makes. Nothing of the daemon imports this.
"""
