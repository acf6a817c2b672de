from __future__ import annotations

from heatsim.analysis.causes.wording import level, size, span


def test_figures_as_an_engineer_reads_them() -> None:
    assert [span(s) for s in (4.0, 252.0, 13140.0, float("nan"))] == ["4 s", "4.2 min", "3.65 h", "no period"]
    assert size(0.834, "K") == "0.834 K"
    assert size(7e-14, "K") == "0.000 K"
    assert size(94100.0, "Pa") == "94.1 kPa"
    assert size(0.031, "1") == "3.1 %"
    assert level(317.05, "K") == "43.9 °C"
