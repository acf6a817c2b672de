from __future__ import annotations

import math

import control
import numpy as np
import pytest
from cause_rigs import case, pi, rig

from heatsim.analysis.causes.budget import budget_line, phase_budget
from heatsim.analysis.causes.oscillation import Oscillation, oscillation
from heatsim.analysis.causes.remedies import Norms, Situation
from heatsim.analysis.causes.structure import anatomy
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.case import Case


def situation(hunting: Case, period: float) -> Situation:
    loop = hunting.system.loops["c"]
    time = np.arange(0.0, 20.0 * period, period / 40.0)
    swing = np.sin(2.0 * np.pi * time / period)
    wave: Oscillation = oscillation(LoopSignals(loop, time, 305.0 + swing, None, swing), (0.0, time[-1]), period)
    return Situation(hunting, None, (0.0, time[-1]), anatomy(hunting.system, loop), wave, Norms())  # type: ignore[arg-type]


def test_the_rest_is_the_phase_of_the_process_at_the_ultimate_period() -> None:
    hunting = case(rig(pi(k=0.4, Ti=60.0, T_sensor=8.0), sensor=15.0))
    s = control.tf("s")
    known = (1 + 60 * s) / (60 * s) / (8 * s + 1) / (15 * s + 1)
    process = 1 / (60 * s + 1)
    # the pipe holds its samples of 2.5 s
    delay = 20.0 + 1.25
    omega = np.logspace(-3, 0, 20001)
    response = known(1j * omega) * process(1j * omega) * np.exp(-1j * omega * delay)
    critical = omega[np.argmax(np.unwrap(np.angle(response)) < -math.pi)]
    parts = phase_budget(situation(hunting, 2 * math.pi / critical))
    assert parts["valve and process"] == pytest.approx(-math.degrees(np.angle(process(1j * critical))), abs=0.5)
    assert parts["dead time"] == pytest.approx(math.degrees(critical * 20.0), rel=1e-6)
    assert parts["sensor"] == pytest.approx(math.degrees(math.atan(8 * critical) + math.atan(15 * critical)), rel=1e-6)
    assert parts["sampling"] == pytest.approx(math.degrees(critical * 1.25), rel=1e-6)


def test_the_line_names_what_costs_something_only() -> None:
    line = budget_line(situation(case(rig(pi())), 150.0))
    assert line.startswith("of 180° at this period take: sensor 2°, sampling 3°, dead time 48°, integral part 22°, ")
