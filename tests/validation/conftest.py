"""Runs that several validation tests share, each made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from heatsim.study import load_swing
from heatsim.study.load_swing import LoadSwing, StudyResult


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Folder of the public input files: HEATSIM_DATA, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("HEATSIM_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (folder / "profiles").is_dir():
        pytest.skip(f"the public data are not here: {folder}; set HEATSIM_DATA")
    return folder


@pytest.fixture(scope="session")
def public_day(public_data: Path) -> LoadSwing:
    """A winter day on measured demand, typical weather and a real price."""
    profiles = public_data / "profiles"
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
