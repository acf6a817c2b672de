"""One row of the hunting table: the verdict on a loop in a window of time, with the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from heatsim.analysis.hunting.vocabulary import Verdict


@dataclass(frozen=True)
class LoopVerdict:
    """The verdict on a loop in a window, SI; a figure that is not defined is None.

    Attributes
    ----------
    loop
        Name of the loop.
    window
        From and to, s.
    verdict
        What the loop does.
    reason
        Why, in one line with figures.
    confirmed
        True: a run with finer numerics gave the same amplitude and period. False: it did not. None: not tried, or
        there was nothing to confirm.
    unit, command_unit
        Units of the controlled variable and of the command.
    negligible
        Amplitude of the controlled variable below which the loop is calm.
    amplitude, command_amplitude
        Half of peak to peak of controlled variable and command over the settled part.
    period
        Of the oscillation, s.
    cycles
        Full cycles seen.
    regularity
        r of Thornhill, Huang and Zhang (2003); above 1 is regular.
    correlation
        Autocorrelation at a lag of one period.
    period_scatter, amplitude_scatter
        Relative standard deviations from cycle to cycle over the settled part.
    growth
        Relative change of the amplitude from cycle to cycle.
    damping
        Damping ratio; negative when the oscillation grows.
    decay_ratio
        Second peak over first on the same side after a step; the worst of the window.
    overshoot
        Beyond a new set point, as a share of its step; the worst of the window.
    settling_time
        After a step of set point or load, s; the longest of the window.
    error_mean, error_max
        Mean and largest magnitude of controlled variable minus set point.
    iae
        Integral of the absolute error between zero crossings, median (Hägglund 1995), unit times s.
    load_disturbances
        Largest supervised number of them (Hägglund 1995); above 10 the loop oscillates.
    idle_index
        Hägglund (1999): near 1 sluggish, near 0 well tuned, negative oscillating.
    harris
        1 - (least variance that the dead time allows)/(variance) (Harris 1989): 0 the best, 1 the worst.
    reversals, total_variation, travel, starts, at_min, at_max
        See `Movement`.
    load
        Outside signal that swings with the loop, or that comes nearest to it; None for a forced loop that no such
        signal moves, but another loop.
    load_coherence, load_gain, load_phase
        Squared coherence with it at the frequency of the oscillation, amplitude of the loop over that of the load, and
        phase of the loop after the load, rad.
    phase
        Phase of the fundamental of the controlled variable at time zero, rad; see `HuntingTable.order`.
    command_phase
        The same of the command.
    begin
        When the oscillation first reaches half of its largest amplitude, s.
    refined_amplitude, refined_period
        What the run with finer numerics gave.
    """

    loop: str
    window: tuple[float, float]
    verdict: Verdict
    reason: str
    confirmed: bool | None = None
    unit: str = ""
    command_unit: str = ""
    negligible: float | None = None
    amplitude: float | None = None
    command_amplitude: float | None = None
    period: float | None = None
    cycles: int | None = None
    regularity: float | None = None
    correlation: float | None = None
    period_scatter: float | None = None
    amplitude_scatter: float | None = None
    growth: float | None = None
    damping: float | None = None
    decay_ratio: float | None = None
    overshoot: float | None = None
    settling_time: float | None = None
    error_mean: float | None = None
    error_max: float | None = None
    iae: float | None = None
    load_disturbances: float | None = None
    idle_index: float | None = None
    harris: float | None = None
    reversals: float | None = None
    total_variation: float | None = None
    travel: float | None = None
    starts: float | None = None
    at_min: float | None = None
    at_max: float | None = None
    load: str | None = None
    load_coherence: float | None = None
    load_gain: float | None = None
    load_phase: float | None = None
    phase: float | None = None
    command_phase: float | None = None
    begin: float | None = None
    refined_amplitude: float | None = None
    refined_period: float | None = None

    @property
    def hunts(self) -> bool:
        """Whether the loop keeps moving by itself."""
        return self.verdict.hunts

    def record(self) -> dict[str, Any]:
        """Return the row as plain values, the window as `start` and `stop`."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "window"}
        start, stop = self.window
        return {"loop": values.pop("loop"), "start": start, "stop": stop} | values | {"verdict": self.verdict.value}
