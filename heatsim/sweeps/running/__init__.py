"""How cases are run: processes with limits, engines on one machine or a cluster, one case as a command."""
