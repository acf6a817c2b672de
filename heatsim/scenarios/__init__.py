"""Ready cases on the reference plant, each with one thing that goes wrong, and with its cure."""

HUNTING = (
    "oversized_valve",
    "sensor_lag",
    "slow_sampling",
    "stiction",
    "windup",
    "parallel_cdus",
    "pressure_interaction",
    "minimum_load",
    "return_temperature",
    "tank_chatter",
    "low_load",
)
"""Names of the scenarios in `heatsim.scenarios.hunting`; they stand here so that a list of them loads nothing."""
