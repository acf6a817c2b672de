"""Plants written from tables: `network` makes a district-heating network of any size."""

from __future__ import annotations

from heatsim.plants.network import Network, network

__all__ = ["Network", "network"]
