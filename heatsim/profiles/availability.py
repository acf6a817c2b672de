"""Whether the heat pumps may run: always, or all the time but for a trip."""

from __future__ import annotations

import xarray as xr

from heatsim.errors import InputError
from heatsim.profiles.series import make_series, seconds
from heatsim.units import parse_quantity


def heat_pump_availability(
    *, duration: str | float = "24h", trip: tuple[str | float, str | float] | None = None
) -> xr.DataArray:
    """Return 1 while the heat pumps may run and 0 while they are tripped.

    Parameters
    ----------
    duration : str or float
        Length of the run (`"24h"`, s).
    trip : (str or float, str or float), optional
        Start of the trip and how long it lasts (`("7h", "30min")`, s); None for no trip.

    Returns
    -------
    xr.DataArray
        `heat_pump_available` (1), held.

    Raises
    ------
    InputError
        If the trip does not begin within the run or has no length.
    """
    stop = seconds(duration)
    points = {0.0: 1.0, stop: 1.0}
    if trip is not None:
        begin, length = (parse_quantity(value, "s") for value in trip)
        if not (0.0 <= begin < stop and length > 0.0):
            raise InputError(
                f"the trip at {begin:g} s for {length:g} s does not begin within the run of {stop:g} s; move it"
            )
        end = begin + length
        points |= {begin: 0.0, stop: 1.0 if end <= stop else 0.0} | ({end: 1.0} if end < stop else {})
    knots = sorted(points)
    return make_series(
        knots,
        [points[t] for t in knots],
        name="heat_pump_available",
        units="1",
        long_name="Heat pumps available: 1 free, 0 tripped",
        interpolation="held",
    )
