"""The availability of the heat pumps is 0 during the trip and 1 otherwise, whatever the trip's place in the run."""

from __future__ import annotations

import pytest

from heatsim.errors import InputError
from heatsim.profiles import heat_pump_availability, value_at


def test_no_trip_is_always_available():
    assert set(heat_pump_availability(duration="1h").values) == {1.0}


@pytest.mark.parametrize(
    ("trip", "probe", "expected"),
    [
        (("10min", "5min"), [0, 599, 600, 899, 900, 3600], [1, 1, 0, 0, 1, 1]),
        ((0.0, 60.0), [0, 59, 60], [0, 0, 1]),
        (("50min", "1h"), [2999, 3000, 3600], [1, 0, 0]),
        (("50min", "10min"), [3000, 3599, 3600], [0, 0, 1]),
    ],
)
def test_trip_takes_the_heat_pumps_away_exactly_while_it_lasts(trip, probe, expected):
    series = heat_pump_availability(duration="1h", trip=trip)
    assert value_at(series, probe).tolist() == expected


@pytest.mark.parametrize("trip", [("2h", "5min"), (-1.0, 5.0), ("5min", 0.0), (3600.0, 5.0)])
def test_trip_outside_of_the_run_is_refused(trip):
    with pytest.raises(InputError, match="does not begin within the run"):
        heat_pump_availability(duration="1h", trip=trip)
