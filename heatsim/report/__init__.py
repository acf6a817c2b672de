"""Reports for people: a sweep as one HTML file that opens without a network and prints well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatsim.report.sweep_report import report

__all__ = ["report"]


def __getattr__(name: str) -> Any:
    if name != "report":
        raise AttributeError(f"module 'heatsim.report' has no attribute '{name}'")
    from heatsim.report.sweep_report import report as found  # matplotlib and xarray, which a command line may not need

    return found
