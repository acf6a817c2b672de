"""Runs that several validation tests share, each made once."""

from __future__ import annotations

import pytest
from public_data import public

from heatsim.study import load_swing
from heatsim.study.load_swing import LoadSwing, StudyResult


@pytest.fixture(scope="session")
def public_day() -> LoadSwing:
    """A winter day on measured demand, typical weather and a real price."""
    profiles = public("profiles")
    return LoadSwing(
        start="2020-01-15",
        demand=str(profiles / "district_2020.csv"),
        demand_peak=14e6,
        weather=str(profiles / "weather_dresden_tmy.csv"),
        price=str(profiles / "electricity_price_de_2020.csv"),
    )


@pytest.fixture(scope="session")
def generated_day() -> StudyResult:
    """The built-in day, monolithic."""
    return load_swing.run(LoadSwing())
