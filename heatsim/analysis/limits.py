"""Temperature limits that key figures and plots use when none are given, in K."""

from __future__ import annotations

T_CHIP = 358.15
"""Chip: 85 degC."""

T_TCS_SUPPLY = 313.15
"""Technology-loop supply: 40 degC, cooling class W40 (ASHRAE TC 9.9)."""

T_AIR = 305.15
"""Hall air at the server inlet: 32 degC, allowable in class A1 (ASHRAE TC 9.9)."""

T_NETWORK_SUPPLY = 343.15
"""Network supply, lower limit: 70 degC."""
