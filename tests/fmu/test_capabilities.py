"""What an FMU claims is tried: truths are found true, and each lie is found out with its reason."""

from __future__ import annotations

import numpy as np
import pytest
from fmus.build import MODELS, fmu

from heatsim.compiler import build
from heatsim.errors import FmuError
from heatsim.fmu import Fmu
from heatsim.fmu.binary import Binary
from heatsim.fmu.capabilities import Capabilities, Trial

HONEST = (
    *("capacity", "exchanger", "integrator", "integrator_interpolating", "start_at_input", "lag", "feed_through"),
    *("ball", "branch", "sampler", "turns", "mass", "failing"),
)
VERSIONS = pytest.mark.parametrize("fmi", ["2.0", "3.0"])
INTERFACES = pytest.mark.parametrize("interface", ["model_exchange", "co_simulation"])


def claims_of(name: str, fmi: str, interface: str, **attributes: str) -> Capabilities:
    unit = Fmu(fmu(name, fmi, attributes=attributes), interface=interface)
    return Capabilities(lambda: unit.open_binary(name), unit.description, interface, Trial.of(unit.description))


@VERSIONS
@pytest.mark.parametrize("name", HONEST)
def test_true_claims_work(name: str, fmi: str) -> None:
    for interface in MODELS[name].interfaces:
        for finding in claims_of(name, fmi, interface).all():
            assert finding.works == finding.claimed, (interface, finding)


@VERSIONS
@INTERFACES
def test_a_state_that_does_not_bring_everything_back_is_found_out(fmi: str, interface: str) -> None:
    liar = claims_of("liar_state", fmi, interface)
    assert liar.state.claimed
    assert not liar.state.works
    assert liar.state.why == "'y' after going back differs"
    assert not liar.serialize.works
    assert liar.reset.works
    assert claims_of("liar_reset", fmi, interface).state.works


@VERSIONS
@INTERFACES
def test_a_reset_that_leaves_something_is_found_out(fmi: str, interface: str) -> None:
    assert claims_of("liar_reset", fmi, interface).reset.why == "'y' differs after a reset"


@VERSIONS
def test_wrong_directional_derivatives_are_found_out(fmi: str) -> None:
    finding = claims_of("liar_derivatives", fmi, "model_exchange").directional_derivatives
    assert not finding.works
    assert finding.why == "d y / d x is 2 by the FMU and 1 by finite differences"


def test_input_derivatives_are_used_only_when_they_have_their_effect() -> None:
    true = claims_of("integrator_interpolating", "2.0", "co_simulation")
    assert (true.input_derivatives.works, true.second_input_derivatives.works) == (True, True)
    boasting = claims_of("integrator_boasting", "2.0", "co_simulation").input_derivatives
    assert boasting.claimed
    assert boasting.why == "the derivative of order 1 of 'u' has no effect"
    assert not claims_of("integrator", "2.0", "co_simulation").input_derivatives.claimed


@VERSIONS
def test_a_claim_that_the_binary_refuses_is_no_capability(fmi: str) -> None:
    name = "canGetAndSetFMUstate" if fmi == "2.0" else "canGetAndSetFMUState"
    finding = claims_of("lag", fmi, "co_simulation", **{name: "true"}).state
    assert finding.claimed
    assert "GetFMUstate failed (error)" in finding.why


@VERSIONS
@INTERFACES
def test_feedthrough_is_seen(fmi: str, interface: str) -> None:
    assert claims_of("exchanger", fmi, interface).feedthrough.tolist() == [[True, True], [True, True]]
    assert claims_of("capacity", fmi, interface).feedthrough.tolist() == [[False]]


@VERSIONS
def test_feedthrough_that_the_description_conceals_is_found(fmi: str) -> None:
    unit = Fmu(fmu("exchanger", fmi), interface="co_simulation")
    unit.description.dependencies.update({"Q_flow_hot": ("T_hot",), "Q_flow_cold": ()})
    found = Capabilities(
        lambda: unit.open_binary("exchanger"), unit.description, "co_simulation", Trial.of(unit.description)
    )
    assert np.all(found.feedthrough)
    assert found.dependencies.why == "'Q_flow_hot' moves with 'T_cold', which it does not tell"


def test_an_fmu_that_does_not_open_is_not_opened_for_each_trial() -> None:
    opened = []

    def fails() -> Binary:
        opened.append(1)
        raise FmuError("unit: no licence")

    unit = Fmu(fmu("capacity"), interface="co_simulation")
    tested = Capabilities(fails, unit.description, "co_simulation", Trial.of(unit.description))
    assert tested.state.why == "unit: no licence"
    assert tested.reset.why == "unit: no licence"
    assert not tested.feedthrough.any()
    assert len(opened) == 1


def test_what_a_stiff_model_on_its_kinks_claims_holds() -> None:
    """Long explicit steps leave its bounds, and a mixed tank lies on the kinks of its buoyancy."""
    tank = Fmu(build("HeatReuse.Plants.ThermalStorage").path)
    trial = Trial.of(tank.description)
    found = Capabilities(tank.open_binary, tank.description, tank.interface, trial).all()
    assert [finding.name for finding in found if not finding.works] == []
