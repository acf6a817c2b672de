"""Electric load of a data hall: AI training jobs, which swing within seconds, and a base load with a daily pattern.

Training of large models computes and communicates in turns on all accelerators at once, so the load of a whole hall
falls by 20 to 30 % and returns every 10 to 30 s with edges below 0.2 s; jobs start and end in one step, and writing a
checkpoint is a dip of tens of seconds. Edges are jumps here: the series is `held`.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.profiles.series import Start, hour_of_day, knots, make_series, seconds, value_at
from heatsim.units import parse_quantity

# Relative load of interactive services by clock hour: low before dawn, highest in the evening; mean 1.
_DAILY = np.array(
    [
        [0.86, 0.80, 0.76, 0.74, 0.74, 0.77, 0.83, 0.92, 1.02, 1.08, 1.11, 1.12],
        [1.11, 1.10, 1.10, 1.10, 1.09, 1.08, 1.08, 1.11, 1.15, 1.17, 1.11, 1.05],
    ]
).ravel()


def it_load(
    *,
    duration: str | float = "24h",
    start: Start = "2020-01-15",
    capacity: str | float = 10e6,
    training_share: float = 0.6,
    training_duty: float = 0.45,
    training_idle: float = 0.25,
    job_duration: tuple[float, float] = (1800.0, 7200.0),
    job_size: tuple[float, float] = (0.7, 1.0),
    swing: tuple[float, float] = (0.2, 0.3),
    swing_period: tuple[float, float] = (10.0, 30.0),
    swing_duty: tuple[float, float] = (0.5, 0.8),
    checkpoint_interval: tuple[float, float] = (1200.0, 2400.0),
    checkpoint_duration: tuple[float, float] = (20.0, 60.0),
    checkpoint_level: float = 0.45,
    base_idle: float = 0.4,
    base_utilisation: float = 0.5,
    base_step: float = 900.0,
    utilisation: xr.DataArray | None = None,
    seed: int = 0,
) -> xr.DataArray:
    """Return the electric power of the IT equipment over a window.

    The hall is split into a training block and a base block. The training block runs one job after the other with
    pauses in between; what no job uses idles. The base block draws `base_idle + (1 - base_idle) * utilisation` of its
    rating, with a daily pattern or a measured utilisation.

    Parameters
    ----------
    duration : str or float
        Length of the window (`"24h"`, s).
    start : str or datetime
        Clock time of t = 0; sets the phase of the daily pattern.
    capacity : str or float
        Rated IT power of the hall (`"10MW"`, W); never exceeded.
    training_share : float
        Training block as a share of `capacity`, 0 to 1.
    training_duty : float
        Share of the time with a job running in the training block, 0 to 1.
    training_idle : float
        Power of idle accelerators as a share of their rating.
    job_duration, job_size : (float, float)
        Range of a job's length (s) and of the share of the training block that it uses; uniform.
    swing : (float, float)
        Range of the depth of a swing, as a share of the running job's power; one depth a swing.
    swing_period : (float, float)
        Range of the time from one swing to the next (s); each swing is one fall and one rise.
    swing_duty : (float, float)
        Range of the share of a period at the upper level.
    checkpoint_interval, checkpoint_duration : (float, float)
        Range of the time between checkpoints and of their length (s).
    checkpoint_level : float
        Power of a job while it writes a checkpoint, as a share of its upper level.
    base_idle, base_utilisation : float
        Base block: power at no utilisation as a share of its rating, and mean utilisation of the daily pattern.
    base_step : float
        Step of the base load (s); the daily pattern is held over it.
    utilisation : xr.DataArray, optional
        Utilisation 0 to 1 over `time` (s), which replaces the daily pattern (see `read_utilisation`).
    seed : int
        Seed of the random numbers: the same seed gives the same load.

    Returns
    -------
    xr.DataArray
        `P_IT` in W, held, one knot a jump.

    Raises
    ------
    UsageError
        If a share lies outside of 0 to 1 or a range is empty.

    Notes
    -----
    Swings, edges, job steps and checkpoints follow published measurements of training clusters; that the whole
    training block swings in step is the worst case for the cooling plant and the case that operators report.
    """
    end = seconds(duration)
    rated = parse_quantity(capacity, "W")
    _check(
        rated,
        shares={
            "training_share": training_share,
            "training_duty": training_duty,
            "training_idle": training_idle,
            "checkpoint_level": checkpoint_level,
            "base_idle": base_idle,
            "base_utilisation": base_utilisation,
        },
        share_ranges={"job_size": job_size, "swing": swing, "swing_duty": swing_duty},
        time_ranges={
            "job_duration": job_duration,
            "swing_period": swing_period,
            "checkpoint_interval": checkpoint_interval,
            "checkpoint_duration": checkpoint_duration,
        },
    )
    if not base_step > 0:
        raise UsageError(f"base_step is {base_step:g}; give seconds above 0")
    random = np.random.default_rng(seed)

    edges: list[tuple[float, float]] = []
    for begin, finish in _job_times(random, end, training_duty, job_duration):
        size = random.uniform(*job_size)
        for edge, level in _job(
            random,
            begin,
            finish,
            swing,
            swing_period,
            swing_duty,
            checkpoint_interval,
            checkpoint_duration,
            checkpoint_level,
        ):
            edges.append((edge, training_idle + size * max(level - training_idle, 0.0)))
        edges.append((finish, training_idle))
    job_knots = np.array([-np.inf, *(edge for edge, _ in edges)])
    job_level = np.array([training_idle, *(level for _, level in edges)])

    base_knots = knots(end, base_step) if utilisation is None else utilisation["time"].values
    base_knots = base_knots[(base_knots >= 0.0) & (base_knots <= end)]
    time = np.unique(np.concatenate([[0.0], job_knots[(job_knots >= 0.0) & (job_knots < end)], base_knots, [end]]))
    # A job that runs at t = 0 has its edges before 0; the last one of them is in effect.
    training = job_level[np.searchsorted(job_knots, time, side="right") - 1]
    if utilisation is None:
        hours = hour_of_day(start, np.floor(time / base_step + 1e-9) * base_step + 0.5 * base_step)
        used = np.clip(base_utilisation * np.interp(hours, np.arange(24) + 0.5, _DAILY, period=24), 0.0, 1.0)
    else:
        used = value_at(utilisation, time)
        if used.min() < 0.0 or used.max() > 1.0:
            raise UsageError("utilisation has values outside of 0 to 1; divide percent by 100")
    base = base_idle + (1.0 - base_idle) * used
    power = rated * (training_share * training + (1.0 - training_share) * base)
    power[-1] = power[-2]

    keep = np.concatenate([[True], np.diff(power) != 0.0])
    keep[-1] = True
    return make_series(
        time[keep],
        power[keep],
        name="P_IT",
        units="W",
        long_name="Electric power of the IT equipment",
        interpolation="held",
        start=start,
        source=_source(training_share, utilisation, seed),
    )


def _source(training_share: float, utilisation: xr.DataArray | None, seed: int) -> str:
    """Say what the load is made of."""
    base = "daily pattern"
    if utilisation is not None:
        base = f"utilisation of {utilisation.attrs.get('source', 'an unnamed series')}"
    if training_share >= 1.0:
        return f"built-in training load, seed {seed}"
    return base if training_share == 0.0 else f"{base} and built-in training load, seed {seed}"


def _check(
    rated: float,
    shares: dict[str, float],
    share_ranges: dict[str, tuple[float, float]],
    time_ranges: dict[str, tuple[float, float]],
) -> None:
    if not rated > 0:
        raise UsageError(f"capacity is {rated:g} W; give a positive power")
    for name, share in shares.items():
        if not 0.0 <= share <= 1.0:
            raise UsageError(f"{name} is {share:g}; give a share from 0 to 1")
    for name, (low, high) in share_ranges.items():
        if not 0.0 <= low <= high <= 1.0:
            raise UsageError(f"{name} is ({low:g}, {high:g}); give two increasing shares from 0 to 1")
    for name, (low, high) in time_ranges.items():
        if not 0.0 < low <= high:
            raise UsageError(f"{name} is ({low:g}, {high:g}) s; give two increasing times above 0")


def _job_times(
    random: np.random.Generator, end: float, duty: float, job_duration: tuple[float, float]
) -> list[tuple[float, float]]:
    """Return begin and end (s) of the jobs that touch 0 to `end`; a job may run at t = 0."""
    if duty == 0.0:
        return []
    mean_job = 0.5 * (job_duration[0] + job_duration[1])
    mean_pause = mean_job * (1.0 - duty) / duty
    # Starting well before t = 0 makes the state at t = 0 as likely as at any other time.
    time = float(-random.uniform(2.0, 3.0) * (mean_job + mean_pause))
    jobs = []
    while time < end:
        stop = time + random.uniform(*job_duration)
        if stop > 0.0:
            jobs.append((time, stop))
        time = stop + mean_pause * random.uniform(0.6, 1.4)
    return jobs


def _job(
    random: np.random.Generator,
    begin: float,
    stop: float,
    swing: tuple[float, float],
    period: tuple[float, float],
    duty: tuple[float, float],
    checkpoint_interval: tuple[float, float],
    checkpoint_duration: tuple[float, float],
    checkpoint_level: float,
) -> list[tuple[float, float]]:
    """Return (time, level) at each edge of one job; level 1 is full power. The end of the job is left to the caller."""
    edges = []
    time = begin
    checkpoint = begin + random.uniform(*checkpoint_interval)
    while time < stop:
        if time >= checkpoint:
            edges.append((time, checkpoint_level))
            time += random.uniform(*checkpoint_duration)
            checkpoint = time + random.uniform(*checkpoint_interval)
            continue
        length = random.uniform(*period)
        edges.append((time, 1.0))
        edges.append((time + length * random.uniform(*duty), 1.0 - random.uniform(*swing)))
        time += length
    return [edge for edge in edges if edge[0] < stop]
