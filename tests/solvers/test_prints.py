"""What the binary of an FMU prints while it is called from a graph goes to the log, not to the terminal."""

from __future__ import annotations

import logging

import pytest
from fmus.build import fmu

import heatsim as hs


@pytest.mark.parametrize("method", [{"method": "monolithic"}, {"method": "jacobi", "step": 0.1}])
def test_prints_of_a_binary_in_the_graph_are_logged(
    method: dict[str, object], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    unit = hs.Fmu(fmu("failing", "2.0", interfaces=("model_exchange",), start={"how": 10, "t_fail": 0.5}))
    assert unit.execution == "graph"
    capfd.readouterr()
    with caplog.at_level(logging.INFO, logger="heatsim.fmu"):
        ds = hs.simulate(unit, {"u": 1.0}, stop=1.0, output_step=0.1, **method)  # type: ignore[arg-type]
    assert float(ds["y"][-1]) == pytest.approx(1.0, rel=1e-6)
    assert "failing: x is" in caplog.text
    printed = "".join(capfd.readouterr())
    assert "failing: x is" not in printed
    assert "goodbye" not in printed
