"""Runs a system with frozen inputs and sampled units until nothing moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.compose import Composite
from heatsim.solvers.frozen import Frozen
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.kernel import integrator as make_integrator
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import tick_times, time_line

DAY = 86400.0
_CHUNKS = 24
_TRIES = 6


def run_until_settled(frozen: Frozen, sampled: SampledUnits, x0: np.ndarray, horizon: float, rtol: float) -> np.ndarray:
    """Integrate with frozen inputs, in the time before `frozen.time`, so that the memory of controllers ends there.

    How long it takes is not known before. So it is run twice: once from the earliest time until it has settled, and
    once more over that span alone, which leaves instants in the memory as they would be in a run that went on.
    """
    integrator = make_integrator(frozen.composite, frozen.kernel, rtol, Statistics(), frozen.free)
    # two ticks of every unit at least in each chunk
    chunk = max([min(horizon, DAY) / _CHUNKS, *(2 * float(unit.period) for unit in sampled.units)])
    span = horizon
    for _ in range(_TRIES):
        sampled.reset()
        begin = frozen.time - span
        x, end, last = _settle(frozen, sampled, integrator, x0.copy(), begin, chunk)
        if last.rest and (end >= frozen.time or not sampled.units):
            return x
        if not last.rest and span >= horizon:
            break
        # at rest before the end: once more over that span; not at rest, for ticks fell otherwise: a longer one
        span = end - begin if last.rest else min(2.0 * span, horizon)
    raise _unsettled(frozen, sampled, x, last, horizon)


@dataclass(frozen=True)
class _Chunk:
    """How the last chunk ended: whether at rest, and the range of each command in it."""

    rest: bool
    lowest: np.ndarray
    highest: np.ndarray


def _settle(
    frozen: Frozen, sampled: SampledUnits, integrator: SegmentIntegrator, x: np.ndarray, begin: float, chunk: float
) -> tuple[np.ndarray, float, _Chunk]:
    """Run in chunks until at rest or at the end; gives the state, the time reached and how the last chunk ended."""
    composite = frozen.composite
    zeros = np.zeros(len(composite.externals))
    sampled.initialise(begin, x, frozen.inputs)
    start = begin
    while True:
        end = begin + chunk
        if end > frozen.time - 1e-6 * chunk:
            end = frozen.time
        ticks = [tick_times(float(q.period), float(q.offset), begin, end) for q in sampled.units]
        if begin > start:
            # the tick at the end of the chunk before has been made; at the very start there is one in any case
            ticks = [times[times > begin + 1e-9 * chunk] for times in ticks]
        line = time_line(begin, end, np.array([begin, end]), [], ticks)
        x_before, before, lowest, highest = x, sampled.commands.copy(), sampled.commands.copy(), sampled.commands.copy()
        for k in range(line.breaks.size):
            if k in line.ticks:
                sampled.tick(float(line.breaks[k]), line.ticks[k], x, frozen.inputs)
                lowest, highest = np.minimum(lowest, sampled.commands), np.maximum(highest, sampled.commands)
            if k < line.breaks.size - 1:
                a = np.concatenate([frozen.inputs, sampled.commands])
                x = integrator.advance(x, float(line.breaks[k]), float(line.breaks[k + 1]), a, zeros)
        swing = np.max((highest - lowest) / np.maximum(1.0, np.abs(before)), initial=0.0)
        drift = frozen.moved(np.where(frozen.free, x_before, x), x) / chunk
        u = np.concatenate([frozen.inputs, sampled.commands])
        rest = swing <= 1e-4 and drift <= frozen.tolerance and frozen.norm(x, u) <= 10 * frozen.tolerance
        if rest or end >= frozen.time:
            return x, end, _Chunk(bool(rest), lowest, highest)
        begin = end


def _unsettled(frozen: Frozen, sampled: SampledUnits, x: np.ndarray, last: _Chunk, horizon: float) -> SimulationError:
    composite = frozen.composite
    rates = frozen.rates(x, np.concatenate([frozen.inputs, sampled.commands]))
    moving = []
    if rates.size:
        worst = int(np.argmax(np.abs(rates)))
        moving.append(
            f"'{composite.states[worst]}' = {x[worst]:.6g} still changes by "
            f"{rates[worst] * frozen.scale[worst]:.3g} per second"
        )
    moving.extend(_busiest(composite, last.lowest, last.highest))
    return SimulationError(
        f"trim: no steady state within {horizon:g} s; {' and '.join(moving)}; hold it, give a longer horizon, or "
        "look for a loop that hunts"
    )


def _busiest(composite: Composite, lowest: np.ndarray, highest: np.ndarray) -> list[str]:
    swing = highest - lowest
    if swing.size == 0 or swing.max() <= 1e-4:
        return []
    worst = int(np.argmax(swing))
    return [f"command '{composite.externals[composite.n_inputs + worst]}' swings by {swing[worst]:.3g}"]
