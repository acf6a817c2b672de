"""FMUs that are built once for the tests of SSP."""

from __future__ import annotations

import pytest
from small_units import bar_fmu, integrator_fmu

from heatsim.fmu import Fmu


@pytest.fixture(scope="session")
def bar(tmp_path_factory: pytest.TempPathFactory) -> Fmu:
    """Three layers of heat conduction: Q_flow (W) and T_end (K) in, T[1..3] (K) and Q_flow_end (W) out."""
    return bar_fmu(tmp_path_factory.mktemp("bar"))


@pytest.fixture(scope="session")
def integrator(tmp_path_factory: pytest.TempPathFactory) -> Fmu:
    """der(x) = gain*u, y = x: u in W, y in J."""
    return integrator_fmu(tmp_path_factory.mktemp("integrator"))
