"""Which heat-pump machines run: staging with minimum running and standing times.

Pure functions on a small state, so that the sampled supervisor stays replayable and a test can walk through a day.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StagingLimits:
    """When machines may start and stop.

    Attributes
    ----------
    minimum_load
        Smallest part load of a machine, 1.
    minimum_on, minimum_off
        Shortest running and standing time, s (600 and 1200 s: usual for large ammonia machines).
    start_above
        Another machine starts when the running ones would be loaded above this share, 1.
    stop_below
        A machine stops when the remaining ones would be loaded below this share, 1. The band between the two is the
        hysteresis that keeps machines from cycling.
    confirm_time
        The wish must last this long before it is carried out, s.
    restart
        A standing plant starts a machine when the load is above this many minimum loads, 1. Above 1, because the last
        machine stops at one minimum load: the band between the two keeps it from starting and stopping all the time.
    """

    minimum_load: float = 0.3
    minimum_on: float = 600.0
    minimum_off: float = 1200.0
    start_above: float = 0.97
    stop_below: float = 0.85
    confirm_time: float = 300.0
    restart: float = 1.3


@dataclass(frozen=True)
class StagingState:
    """State of the staging: since when each machine runs or stands, and since when a change is wanted.

    Attributes
    ----------
    on
        Whether each machine runs.
    since
        Time of the last change of each machine, s.
    wish
        +1 one more, -1 one fewer, 0 no change.
    wish_since
        Time since when the wish stands, s.
    """

    on: tuple[bool, ...]
    since: tuple[float, ...]
    wish: int = 0
    wish_since: float = 0.0


def stage(t: float, load: float, state: StagingState, limits: StagingLimits) -> StagingState:
    """Return the machines that run from `t` on.

    Parameters
    ----------
    t
        Time, s.
    load
        Wanted heat in units of one machine's nominal heat, 1 (2.4 means two and a half machines).
    state
        State before this step.
    limits
        Minimum times and hysteresis.
    """
    running = sum(state.on)
    if running == 0:
        wanted = 1 if load > limits.restart * limits.minimum_load else 0
    elif load > running * limits.start_above and running < len(state.on):
        wanted = 1
    elif (running > 1 and load < (running - 1) * limits.stop_below) or (running == 1 and load < limits.minimum_load):
        wanted = -1
    else:
        wanted = 0
    wish_since = state.wish_since if wanted == state.wish else t
    if wanted and t - wish_since >= limits.confirm_time - 1e-6:
        return _switch_one(t, wanted, wish_since, state, limits)
    return StagingState(state.on, state.since, wanted, wish_since)


def stage_towards(t: float, machines: int, state: StagingState, limits: StagingLimits) -> StagingState:
    """Return the machines that run from `t` on, of which a plan wants a number; one is switched at each call.

    Minimum times hold. There is no wait for confirmation: a plan does not flicker.

    Parameters
    ----------
    t
        Time, s.
    machines
        How many are to run.
    state, limits
        As for `stage`.
    """
    running = sum(state.on)
    wanted = (machines > running) - (machines < running)
    wish_since = state.wish_since if wanted == state.wish else t
    return _switch_one(t, wanted, wish_since, state, limits) if wanted else StagingState(state.on, state.since, 0, t)


def _switch_one(t: float, wanted: int, wish_since: float, state: StagingState, limits: StagingLimits) -> StagingState:
    """Start (+1) or stop (-1) a machine whose minimum time is over."""
    on, since = list(state.on), list(state.since)
    # The machine that has rested longest starts, the one that has run longest stops: wear is shared.
    rest = limits.minimum_off if wanted > 0 else limits.minimum_on
    candidates = [i for i, runs in enumerate(on) if runs != (wanted > 0) and t - since[i] >= rest - 1e-6]
    if candidates:
        chosen = min(candidates, key=lambda i: (since[i], i))
        on[chosen], since[chosen] = wanted > 0, t
        wish_since = t
    return StagingState(tuple(on), tuple(since), wanted, wish_since)


def stop_all(t: float, state: StagingState) -> StagingState:
    """Stop every machine at once, as a trip does; the minimum standing time counts from now."""
    since = tuple(t if runs else s for runs, s in zip(state.on, state.since, strict=True))
    return StagingState(tuple(False for _ in state.on), since, 0, t)
