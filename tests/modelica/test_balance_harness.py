"""The harness of the energy balance finds what is wrong, and no component of the library is without a row."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from balance import LIMIT, Balance, check, check_balance, heat, models_with_energy, transient

ROWS_OF_AREAS = sorted((Path(__file__).parent / "balances").glob("test_*.py"))

VOLUME = """
  model Volume "A volume, right or wrong"
    HeatReuse.Interfaces.FluidPort_a port_a;
    HeatReuse.Interfaces.FluidPort_b port_b;
    HeatReuse.Interfaces.HeatPort heatPort;
    parameter Real share = 1 "Heat capacity in U relative to the true one";
    parameter Real lost = 0 "Share of the heat that disappears";
    parameter Real back = 1 "Share of the enthalpy that comes in with reversed flow";
    parameter Real P = 0 "Heat from nowhere";
    Real T(start=320, fixed=true);
    Real U;
    Real Q_flow;
  protected
    Real H_flow;
  equation
    port_a.m_flow + port_b.m_flow = 0;
    port_a.p = port_b.p;
    port_a.h_outflow = HeatReuse.Media.Water.enthalpy(T);
    port_b.h_outflow = HeatReuse.Media.Water.enthalpy(T);
    H_flow = noEvent(if port_a.m_flow > 0 then port_a.m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow)
      else -port_a.m_flow*(back*inStream(port_b.h_outflow) - port_a.h_outflow));
    Q_flow = P;
    2000*HeatReuse.Media.Water.specificHeatCapacity(T)*der(T) = H_flow + (1 - lost)*heatPort.Q_flow + Q_flow;
    heatPort.T = T;
    U = share*2000*HeatReuse.Media.Water.enthalpy(T);
  end Volume;
"""
PORTS = {"port_a": "flow", "port_b": "pressure", "heatPort": heat(-1e6, 1e6)}


def volume(modifiers: str, **row: object) -> Balance:
    return Balance("Volume", modifiers=modifiers, ports=PORTS, text=VOLUME, **row)  # type: ignore[arg-type]


def test_a_volume_that_is_right_passes() -> None:
    assert check(volume("P=1e6", sources=("Q_flow",))).residual < 0.1 * LIMIT
    assert check_balance("Volume", modifiers="P=1e6", ports=PORTS, sources=("c.P",), text=VOLUME).residual < 0.1 * LIMIT
    taken = check(volume("P=-1e6", sources=("-1*(-c.Q_flow)",)))
    assert taken.meters["E_in_source0_1_c_Q_flow"] == pytest.approx(3e9)


@pytest.mark.parametrize(
    ("modifiers", "sources"),
    [
        ("share=0.99", ()),
        ("lost=1e-3", ()),
        ("back=0.999", ()),
        ("P=1e4", ()),
        ("P=1e4", ("-Q_flow",)),
    ],
    ids=["wrong heat capacity in U", "heat lost", "wrong when reversed", "heat from nowhere", "wrong sign of a source"],
)
def test_a_volume_that_is_wrong_is_found(modifiers: str, sources: tuple[str, ...]) -> None:
    row = volume(modifiers, sources=sources)
    assert transient(row).residual > 10 * LIMIT
    with pytest.raises(AssertionError, match="Volume: residual"):
        check(row)


def test_a_source_that_never_acts_is_found() -> None:
    with pytest.raises(AssertionError, match=r"nothing crosses .*Q_flow"):
        check(volume("P=0", sources=("Q_flow",)))


def test_a_port_without_a_boundary_is_found() -> None:
    with pytest.raises(AssertionError, match=r"nothing stands at \['c\.heatPort'\]"):
        check(Balance("Volume", ports={"port_a": "flow", "port_b": "pressure"}, text=VOLUME))


def rows() -> list[Balance]:
    """Return the rows of all areas."""
    found = []
    for path in ROWS_OF_AREAS:
        specification = importlib.util.spec_from_file_location(f"balances_{path.stem}", path)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        found += module.ROWS
    return found


WITHOUT_FLOW = {"HeatReuse.Sensors.PressureDifferenceSensor"}
"""Components whose ports never carry water or heat."""


def test_every_component_has_a_row() -> None:
    covered = {row.model for row in rows()} | WITHOUT_FLOW
    assert [name for name in models_with_energy() if name not in covered] == []


def test_rows_name_models_that_exist() -> None:
    assert sorted({row.model for row in rows()} - set(models_with_energy())) == []


def test_the_list_of_components_sees_inherited_ports() -> None:
    found = models_with_energy()
    assert "HeatReuse.Pipes.Resistance" in found  # through PassThrough and TwoPort
    assert "HeatReuse.Pipes.Pipe" in found
    assert "HeatReuse.Utilities.Drive" not in found
