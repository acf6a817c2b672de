"""Presets against what is published of the plants: temperatures, capacity and COP at full load."""

from __future__ import annotations

import re

import pytest

from heatsim.analysis import limits
from heatsim.errors import UsageError
from heatsim.reference import PRESETS, Figure, reference_plant
from heatsim.simulation import simulate
from heatsim.solvers import trim

PUBLISHED = [name for name in PRESETS if name != "reference"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_has_a_source(name: str) -> None:
    figures = PRESETS[name].figures()
    assert len(figures) >= 13
    for key, figure in figures.items():
        assert len(figure.source) > 25, key
        assert figure.assumed == figure.source.startswith("assumed: "), key


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_makes_a_published_plant_is_published(name: str) -> None:
    preset = PRESETS[name]
    for key in ("heat_capacity", "T_source", "T_sink"):
        assert not getattr(preset, key).assumed, key
    assert (preset.COP is None) == (name in ("odense", "campus"))  # nobody has published these two


@pytest.mark.parametrize("name", PUBLISHED)
def test_annual_heat_is_possible_with_the_capacity(name: str) -> None:
    preset = PRESETS[name]
    if preset.annual_heat is not None:
        hours = preset.annual_heat.value / preset.heat_capacity.value / 3600
        assert 3000 < hours < 8000


def test_limits_of_the_reference_are_the_defaults_and_others_lie_around_their_set_points() -> None:
    default = {"limit_T_tcs_supply": limits.T_TCS_SUPPLY, "limit_T_network_supply": limits.T_NETWORK_SUPPLY}
    assert PRESETS["reference"].limits() == pytest.approx(default)
    for preset in PRESETS.values():
        own = preset.limits()
        assert own["limit_T_tcs_supply"] > preset.T_hall_supply.value + 5
        assert preset.T_return.value < own["limit_T_network_supply"] < preset.T_sink.value - 2


@pytest.mark.xdist_group("day")
@pytest.mark.parametrize("name", PUBLISHED)
def test_full_load_has_the_published_temperatures_capacity_and_cop(name: str) -> None:
    preset = PRESETS[name]
    inputs = {
        "P_IT": preset.it_capacity.value,
        "Q_flow_demand": 0.9 * preset.heat_capacity.value,
        "T_outdoor": 278.15,
        "T_ground": 281.15,
        "heat_pump_available": 1.0,
    }
    system = reference_plant(preset=name)
    last = simulate(system, inputs=inputs, stop=4 * 3600.0, start_from=trim(system, at=inputs)).isel(time=-1)
    assert float(last["hall.T_fws_out"]) == pytest.approx(preset.T_source.value, abs=1.0)
    assert float(last["heat_pump.T_sink_out"]) == pytest.approx(preset.T_sink.value, abs=0.2)
    assert float(last["storage.T_source_out"]) == pytest.approx(preset.T_return.value, abs=3.0)
    assert float(last["heat_pump.Q_flow_condenser"]) == pytest.approx(preset.heat_capacity.value, rel=0.02)
    assert float(last["supervisor.machines_on"]) == preset.machines.value
    if preset.COP is not None:
        assert float(last["heat_pump.COP"]) == pytest.approx(preset.COP.value, rel=0.15)
    assert float(last["hall.Q_flow_rejected"]) < 0.1 * preset.it_capacity.value
    assert float(last["grid.Q_flow_unmet"]) < 1e-3 * inputs["Q_flow_demand"]
    assert float(last["hall.T_chip"]) < 358.15
    assert float(last["hall.T_air"]) == pytest.approx(preset.T_air.value, abs=1.5)


def test_a_preset_prints_each_number_with_its_source() -> None:
    text = str(PRESETS["mantsala"])
    assert re.search(r"T_sink +85 degC +EHPA", text)
    assert re.search(r"COP +3\.4 +EHPA", text)
    assert [str(Figure(*given)) for given in ((0.85, "1", ""), (18.0, "K", "", True), (3.6e12, "J", ""))] == [
        "0.85",
        "18 K",
        "1,000 MWh",
    ]


def test_an_unknown_preset_is_refused_with_a_near_miss() -> None:
    with pytest.raises(UsageError, match="unknown preset 'odence' \\(did you mean 'odense'"):
        reference_plant(preset="odence")
