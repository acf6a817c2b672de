"""Signals from files and functions: exact knots, units and jumps; what would be guessed is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import heatsim as hs
from heatsim.errors import InputError
from heatsim.system import Port, Signal, System
from heatsim.system.inputs import read_signals


class Integrator:
    """der(x) = u."""

    inputs = (Port("u", "W"),)
    outputs = (Port("y", "J"),)
    states = (Port("x", "J", nominal=1.0),)
    parameters = ()

    def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
        return {"x": u["u"]}, {"y": x["x"]}


def integral(signal: Signal, stop: float) -> float:
    system = System("s").add("i", Integrator()).add_input("u", "W").connect("u", "i.u")
    return float(hs.simulate(system, {"u": signal}, stop=stop, output_step=stop, rtol=1e-9)["i.y"][-1])


def write(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_seconds_and_unit_from_the_name(tmp_path: Path) -> None:
    path = write(tmp_path, "time,heat_kW,T_C\n0,1,20\n10,3,30\n20,3,25\n")
    heat = Signal.from_csv(path, "heat_kW")
    assert (heat.unit, heat.span, heat.interpolation) == ("kW", (0.0, 20.0), "linear")
    read = read_signals({"Q": ("W", ()), "T": ("K", ())}, {"Q": heat, "T": Signal.from_csv(f"{path}:T_C")}, 0.0, 20.0)
    assert read["Q"](np.array([5.0, 10.0])) == pytest.approx([2000.0, 3000.0])
    assert read["T"](0.0) == pytest.approx(293.15)
    assert Signal.from_csv(path, "heat_kW", unit="MW").unit == "MW"
    assert integral(heat, 20.0) == pytest.approx(5e4, rel=1e-9)


def test_two_rows_at_one_time_are_a_jump(tmp_path: Path) -> None:
    signal = Signal.from_csv(write(tmp_path, "time,u\n0,0\n3,0\n3,4\n10,4\n"))
    assert signal.jumps == pytest.approx([3.0])
    assert signal(np.array([2.999, 3.0])) == pytest.approx([0.0, 4.0])
    assert integral(signal, 10.0) == pytest.approx(28.0, rel=1e-9)


def test_held_values_are_good_for_their_step(tmp_path: Path) -> None:
    path = write(tmp_path, "time,u\n0,1\n10,2\n20,3\n")
    signal = Signal.from_csv(path, interpolation="held")
    assert integral(signal, 30.0) == pytest.approx(60.0, rel=1e-9)
    with pytest.raises(InputError, match=r"input 'u': covers t = 0 to 30 s, the run needs 0 to 31 s"):
        integral(signal, 31.0)
    with pytest.raises(InputError, match=r"input 'u': covers t = 0 to 20 s, the run needs 0 to 30 s"):
        integral(Signal.from_csv(path), 30.0)


def test_stamps_are_seconds_from_the_start(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-15 {h:02d}:00:00,{h}\n" for h in range(6))
    path = write(tmp_path, f"time,load_MW\n{rows}")
    assert Signal.from_csv(path).span == (0.0, 5 * 3600.0)
    later = Signal.from_csv(path, start="2024-01-15T02:00")
    assert later.span == (-7200.0, 3 * 3600.0)
    assert float(later(0.0)) == pytest.approx(2.0)
    zoned = write(tmp_path, "time,u\n" + "".join(f"2024-01-15T0{h}:00:00Z,{h}\n" for h in range(3)))
    assert float(Signal.from_csv(zoned, start="2024-01-15T02:00", utc_offset=1.0)(0.0)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("t,u\n0,1\n1,2\n", {}, r"data\.csv: no column 'time'; it has t, u"),
        ("time,u,v\n0,1,2\n1,2,3\n", {}, r"has the columns u, v; choose one with column="),
        ("time,u\n0,1\n1,2\n", {"column": "uu"}, r"no column 'uu' \(did you mean 'u'\?\)|no column 'uu'; it has u"),
        ("time,u\n0,1\n1,\n", {}, r"row 3, column 'u' is empty"),
        ("time,u\n0,1\n1,x\n", {}, r"row 3, column 'u' holds 'x'"),
        ("time,u\n0,1\n5,1\n4,2\n", {}, r"row 4: time 4 s is before 5 s; sort the rows"),
        ("time,u\n0,1\n1,2\n", {"start": "2024-01-01"}, r"its times are seconds already"),
        ("time,u\nnoon,1\n1,2\n", {}, r"row 2: time 'noon' is no ISO stamp"),
        (
            "time,u\n" + "".join(f"{t},1\n" for t in [*range(12), *range(20, 30)]),
            {},
            r"a gap of 9 s after row 13 \(t = 11 s\)",
        ),
        ("time,u\n0,1\n1,2\n", {"interpolation": "cubic"}, r"interpolation must be 'linear' or 'held'"),
    ],
)
def test_files_that_cannot_be_used_are_refused(
    tmp_path: Path, text: str, arguments: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Signal.from_csv(write(tmp_path, text), **arguments)  # type: ignore[arg-type]


def test_missing_file_and_column_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Signal.from_csv(tmp_path / "none.csv")
    path = write(tmp_path, "time,u\n0,1\n1,2\n")
    with pytest.raises(InputError, match="give one of them"):
        Signal.from_csv(f"{path}:u", "u")


def test_function_with_a_jump_is_integrated_exactly() -> None:
    """A saw tooth: with its jumps known the integral is exact, at any output step."""
    signal = Signal.from_callable(lambda t: t % 7.0, np.arange(0.0, 29.0), jumps=[7.0, 14.0, 21.0, 28.0])
    assert signal.jumps == pytest.approx([7.0, 14.0, 21.0, 28.0])
    assert integral(signal, 28.0) == pytest.approx(4 * 24.5, rel=1e-9)


def test_function_meets_its_tolerance_between_the_knots() -> None:
    signal = Signal.from_callable(lambda t: math.sin(t) * 100.0, [0.0, 20.0], tolerance=0.01, unit="W")
    t = np.linspace(0.0, 20.0, 5001)
    assert np.max(np.abs(signal(t) - 100.0 * np.sin(t))) < 0.012
    assert signal.knots.size < 3000
    coarse = Signal.from_callable(lambda t: math.sin(t) * 100.0, [0.0, 20.0], tolerance=1.0)
    assert coarse.knots.size < signal.knots.size / 5


def test_held_function_jumps_at_its_times() -> None:
    signal = Signal.from_callable(lambda t: float(t // 10), np.arange(0.0, 31.0, 10.0), interpolation="held")
    assert integral(signal, 30.0) == pytest.approx(30.0, rel=1e-9)


def test_functions_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(InputError, match=r"the function jumps from .* at t = 3\.\d+ s; name the time in jumps="):
        Signal.from_callable(lambda t: 1.0 if t >= 3.1 else 0.0, [0.0, 10.0], tolerance=0.1)
    with pytest.raises(InputError, match=r"the function is nan at t = 5 s"):
        Signal.from_callable(lambda t: math.nan if t == 5.0 else t, [0.0, 5.0, 10.0])
    with pytest.raises(InputError, match=r"gives no number at t = 0 s"):
        Signal.from_callable(lambda t: None, [0.0, 5.0])  # type: ignore[arg-type, return-value]
    with pytest.raises(InputError, match=r"the jump at t = 11 s lies outside of times"):
        Signal.from_callable(abs, [0.0, 10.0], jumps=[11.0])
    with pytest.raises(InputError, match="first and last time"):
        Signal.from_callable(abs, [0.0])
    with pytest.raises(InputError, match="tolerance must be positive"):
        Signal.from_callable(abs, [0.0, 1.0], tolerance=0.0)
    signal = Signal.from_callable(abs, [0.0, 10.0])
    with pytest.raises(InputError, match=r"covers t = 0 to 10 s, the run needs 0 to 11 s"):
        integral(signal, 11.0)
