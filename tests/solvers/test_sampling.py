"""Sampled units: what they hand out is theirs to change, and what they fail in is named."""

from __future__ import annotations

from typing import Any

import pytest
from small_systems import controlled
from small_units import SampledPI

from heatsim.errors import SimulationError
from heatsim.simulation import simulate
from heatsim.solvers.compose import compose
from heatsim.solvers.sampling import SampledUnits


class Careless(SampledPI):
    """Hands out the very object that it goes on to change."""

    def __init__(self) -> None:
        super().__init__(10.0)
        self.own: dict[str, Any] = {"n": 0}

    def get_state(self) -> dict[str, Any]:
        return self.own

    def set_state(self, state: dict[str, Any]) -> None:
        self.own = state


def test_a_state_that_was_kept_does_not_change_with_the_unit() -> None:
    unit = Careless()
    system = controlled(unit)
    units = SampledUnits(system, compose(system))
    kept = units.hidden
    unit.own["n"] = 5
    assert kept == {"pi": {"n": 0}}
    units.restore_hidden(kept)
    unit.own["n"] = 7
    assert kept == {"pi": {"n": 0}}
    units.restore_hidden(kept)
    assert unit.own == {"n": 0}


@pytest.mark.parametrize("method", ["get_state", "set_state"])
def test_a_failing_method_names_the_unit(method: str) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no")

    system = controlled(type("Failing", (Careless,), {method: fails})())
    units = SampledUnits(system, compose(system))
    with pytest.raises(SimulationError, match=rf"pi: {method}\(\) fails with RuntimeError: no; .* both"):
        units.restore_hidden({"pi": {}} if method == "set_state" else units.hidden)


def test_a_step_without_memory_names_the_unit_and_the_time() -> None:
    def step(self: Any, t: float, u: Any, state: Any, p: Any) -> Any:
        return {"command": 0.0}, state if t < 20.0 else None

    system = controlled(type("Forgetful", (SampledPI,), {"step": step})(10.0))
    with pytest.raises(SimulationError, match=r"pi: step\(\) fails at t = 20 s with TypeError"):
        simulate(system, {"T_ambient": 290.0}, stop=60.0)
