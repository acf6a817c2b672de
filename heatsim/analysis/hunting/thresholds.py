"""The thresholds of the hunting analysis: every number that a verdict rests on, with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

RESOLUTION: Mapping[str, float] = MappingProxyType({"K": 0.05})


@dataclass(frozen=True)
class Thresholds:
    """Every number that a verdict rests on.

    A loop counts as moving when the amplitude (half of peak to peak) of its controlled variable or of its command is
    not negligible. A regular oscillation of 1 mK is calm: nobody can measure it, and no actuator follows it.

    Attributes
    ----------
    resolution
        Negligible amplitude of a controlled variable by SI unit. Temperature: 0.05 K, so 0.1 K from peak to peak, what
        building automation resolves; resistance thermometers of class A are good for 0.15 K (IEC 60751).
    resolution_share
        Negligible amplitude of controlled variables of other units, as a share of the loop's level (the larger of the
        magnitudes of set point and mean): 0.005, the usual accuracy class of flow and pressure transmitters.
    command_share
        Negligible amplitude of a command as a share of its range: 0.005, so 1 % from peak to peak, the dead band of
        common positioners.
    rest
        Amplitude of a command, as a share of the negligible one, below which it rests: 0.1. What swings although its
        command rests is moved by something else.
    regularity
        Least ratio r = mean/(3 std) of the intervals between zero crossings of the autocorrelation: 1 (Thornhill,
        Huang and Zhang 2003).
    correlation
        Least autocorrelation at a lag of one period, over what chance gives: 0.5 (Miao and Seborg 1999 ask 0.5 of the
        decay of the autocorrelation). Chance gives 1/sqrt(2 n) in n cycles (Bartlett 1946), so that few cycles must
        look alike very much before they count.
    correlation_of_triangles
        The same where the half cycles are clear triangles: 0.15. A sticking valve and an on/off or saturated command
        make triangles of unequal length, so that cycles are alike in shape and not in time; random loads make none.
    triangle
        Least coefficient of determination of the half cycles as triangles: 0.95, and they must fit better than sines.
    cycles
        Full cycles that a limit cycle must be seen for: 5, about the 11 intervals of Thornhill, Huang and Zhang 2003.
        With fewer, two at least, it is "oscillating".
    decay_ratio
        Largest ratio of successive peaks of a transient that is still well damped: 0.25 (Ziegler and Nichols 1942).
    sustained
        Relative change of the amplitude from the third to the fourth quarter of an oscillation within which it is
        sustained: 0.2; more where cycles scatter by themselves, up to 0.5.
    samples
        Least samples a period: 8; with fewer, amplitude and shape are guesses and the verdict is "undecided".
    saturated
        Share of the time that the command spends at one and the same limit above which the loop is "saturated": 0.8.
    limit_band
        Distance from a limit, as a share of the command's range, within which the command is at its limit: 0.005.
    idle_index
        Least idle index of a sluggish loop: 0.4 (Hägglund 1999).
    sluggish
        Share of the window that a sluggish loop needs to settle after a step or load disturbance: 0.5. What is too slow
        is a matter of the window; choose windows of the length that a disturbance may last.
    settling
        Band around the set point within which a response has settled, as a share of its largest deviation: 0.05, and
        never less than the negligible amplitude.
    load_disturbances
        Number of load disturbances within the supervision time above which a loop oscillates: 10 (Hägglund 1995).
    supervision
        Supervision time in periods: 50 (Hägglund 1995).
    coherence
        Least squared coherence with a load at the frequency of the oscillation for "forced": 0.8.
    forced_period
        Largest relative difference between the periods of load and loop for "forced": 0.05.
    change
        Largest relative change of amplitude or period with finer numerics: 0.05; beyond it the verdict is "numerical".
    """

    resolution: Mapping[str, float] = field(default_factory=lambda: RESOLUTION)
    resolution_share: float = 0.005
    command_share: float = 0.005
    rest: float = 0.1
    regularity: float = 1.0
    correlation: float = 0.5
    correlation_of_triangles: float = 0.15
    triangle: float = 0.95
    cycles: float = 5.0
    decay_ratio: float = 0.25
    sustained: float = 0.2
    samples: float = 8.0
    saturated: float = 0.8
    limit_band: float = 0.005
    idle_index: float = 0.4
    sluggish: float = 0.5
    settling: float = 0.05
    load_disturbances: float = 10.0
    supervision: float = 50.0
    coherence: float = 0.8
    forced_period: float = 0.05
    change: float = 0.05
