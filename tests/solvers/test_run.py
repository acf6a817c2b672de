"""Wrong arguments of a run: each is refused in one line that says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from fmus.build import fmu
from small_systems import controlled, oscillator
from small_units import Gain, SampledPI

from heatsim.analysis import audit
from heatsim.errors import ConnectionError, HeatsimError, InputError, UsageError  # noqa: A004
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.solvers.trim import trim
from heatsim.system import Port, System

JACOBI = {"method": "jacobi", "step": 0.1}
SEIDEL = {"method": "gauss_seidel", "step": 0.1}


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"native": "yes"}, "native='yes' is unknown; choose True, False or 'auto'"),
        ({"native": True, **JACOBI}, "native=True has no effect on method 'jacobi'.*leave it out"),
        ({"correct_energy": True}, "correct_energy=True has no effect on method 'monolithic'.*leave it out"),
        ({"correct_energy": "no", **JACOBI}, "correct_energy='no' is unknown; choose True or False"),
        ({"parameters": 3}, r"parameters=3 is no mapping; give \{'unit.parameter': value\}"),
        ({"order": "a", **SEIDEL}, "order='a' is no list; name the units in their order"),
        ({"clusters": 3, **JACOBI}, "clusters=3 is unknown; choose 'units', 'graph' or lists of names"),
        ({"variables": []}, r"variables=\[\] names nothing; give names or patterns, or leave it out for all"),
        ({"variables": 3}, "variables=3 names nothing"),
    ],
)
def test_choices_without_sense_or_effect_are_refused(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        simulate(oscillator(), stop=1.0, output_step=0.1, **keywords)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["load.csv", Path("load.csv"), lambda t: t])
def test_what_is_no_series_is_refused_with_what_makes_one(value: Any) -> None:
    with pytest.raises(InputError, match=r"'T_ambient': \w+ is no series.*Signal.from_csv.*Signal.from_callable"):
        simulate(controlled(SampledPI()), {"T_ambient": value}, stop=20.0)


def test_a_parameter_without_its_unit_is_refused_with_the_units() -> None:
    with pytest.raises(
        ConnectionError, match=r"no unit 'C' to set 'C' in; write unit.name, with one of .* 'tank', 'pi'"
    ):
        controlled(SampledPI()).set("C", 1.0)


def test_decisions_by_expressions_are_refused_with_what_to_write() -> None:
    class Deciding:
        inputs = (Port("u", "W"),)
        outputs = (Port("y", "W"),)
        states = ()
        parameters = ()

        def equations(self, t: Any, x: Any, u: Any, p: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            return {}, {"y": u["u"] if u["u"] > 0 else 0.0}

    system = System("s").add("valve", Deciding(), inputs={"u": 1.0})
    with pytest.raises(ConnectionError, match=r"valve: its equations decide by a value.*ca.if_else") as caught:
        simulate(system, stop=1.0)
    assert "\n" not in str(caught.value)


def test_an_audit_of_nothing_or_to_no_limit_is_refused() -> None:
    with pytest.raises(UsageError, match="audit: takes the Dataset of a run, not int"):
        audit(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="audit: limit must be a share of at least 0"):
        audit(xr.Dataset(), limit=-1.0)


def test_patterns_of_held_states_are_checked_with_opaque_units_too() -> None:
    system = System("s").add("tank", Fmu(fmu("capacity"), interface="co_simulation"), inputs={"Q_flow": 0.0})
    with pytest.raises(UsageError, match=r"hold: no state matches 'tank.X'"):
        trim(system, hold="tank.X")
    with pytest.raises(UsageError, match=r"'tank.T' cannot be held where units keep their state to themselves"):
        trim(system, hold="tank.T")


def test_a_steady_state_of_another_system_is_refused_by_the_state_that_differs() -> None:
    fed = System("s").add("gain", Gain(), inputs={"u": 1.0})
    point = trim(fed, hold=())
    with pytest.raises(HeatsimError, match=r"another system \(state 'a.x' is in one of them only\)"):
        simulate(oscillator(), stop=1.0, start_from=point)
