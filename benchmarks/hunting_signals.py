"""Signals of really simulated small loops with a known truth: what the hunting detectors are measured with.

Each is a sampled PI (or on/off) controller, an actuator, a first-order process with dead time, and a sensor with noise
and drift that the controller reads too. All loops of a batch are stepped at once, one array element each. A signal of a
planted oscillation counts only when its twin without noise, drift and other disturbances keeps moving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from heatsim.system.loops import ControlLoop, loops_to_json

STEP = 2.0
"""Distance of the samples and sample time of most controllers, s."""

GAIN = 20.0
"""Kelvin that the whole stroke of the actuator is worth."""

LEVEL = 333.15
"""Set point, K."""

Parameters = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Sample:
    """A signal with its truth.

    Attributes
    ----------
    family
        How it was made.
    state
        "calm", "oscillating" or "forced".
    cause
        "stiction", "on/off", "windup", "tight tuning", "slow sampling", "forced", or "none".
    dataset
        One loop, named `loop`: `T`, `setpoint`, `u`, and a load `Q` where there is one that is measured.
    """

    family: str
    state: str
    cause: str
    dataset: xr.Dataset


def defaults(rng: np.random.Generator, size: int) -> Parameters:
    """Parameters of `size` calm loops, SIMC settings; every value an array of shape (size,)."""
    T = rng.uniform(40.0, 120.0, size)
    L = rng.uniform(0.15, 0.6, size) * T
    return {
        "T": T,
        "L": L,
        "k": T / (2.0 * L) / GAIN,  # SIMC with tau_c = L (Skogestad 2003)
        "Ti": np.minimum(T, 8.0 * L),
        "noise": 10.0 ** rng.uniform(-2.0, -0.5, size),
        "drift": rng.normal(0.0, 0.3, size),  # ramp of the sensor over the run, K
        "walk": np.abs(rng.normal(0.0, 0.01, size)),  # random walk of the sensor, K per sample
        "u0": rng.uniform(0.35, 0.65, size),
        "every": np.ones(size),
        "S": np.zeros(size),
        "J": np.zeros(size),
        "hysteresis": np.zeros(size),  # > 0: on/off controller
        "levels": np.tile([[0.0], [1.0]], size),  # of the on/off controller
        "antiwindup": np.ones(size),
        "integrating": np.zeros(size),
        "rate": np.full(size, np.inf),  # of the actuator, stroke per second
        "swing": np.zeros(size),  # amplitude of a periodic load, K
        "swing_period": np.full(size, 300.0),
        "swing_square": np.zeros(size),
        "random_load": np.zeros(size),  # standard deviation of a filtered random load, K
        "setpoint_step": np.zeros(size),
        "load_step": np.zeros(size),
        "step_at": rng.uniform(0.15, 0.4, size),  # share of the run
    }


def simulate_loops(p: Parameters, samples: int, rng: np.random.Generator, quiet: bool = False) -> dict[str, np.ndarray]:
    """Step all loops; returns measurement, set point, command and load, each of shape (loops, samples).

    Parameters
    ----------
    p
        As `defaults` gives them.
    samples
        Length of the run.
    rng
        Of noise and random loads.
    quiet
        Without noise, drift, random walk and random load.
    """
    size, loud = p["T"].size, 0.0 if quiet else 1.0
    time = STEP * np.arange(samples)
    at = (p["step_at"] * samples).astype(int)
    after = np.arange(samples)[None, :] >= at[:, None]
    phase = rng.uniform(0.0, 2.0 * np.pi, size)[:, None]
    wave = np.sin(2.0 * np.pi * time[None, :] / p["swing_period"][:, None] + phase)
    wave = np.where(p["swing_square"][:, None] > 0.0, np.sign(wave), wave)
    load = p["swing"][:, None] * wave + p["load_step"][:, None] * after
    setpoint = LEVEL + p["setpoint_step"][:, None] * after
    white = rng.normal(size=(size, samples))
    random = np.zeros(size)
    sensor = loud * (
        p["noise"][:, None] * white
        + p["drift"][:, None] * np.linspace(-0.5, 0.5, samples)
        + p["walk"][:, None] * np.cumsum(rng.normal(size=(size, samples)), axis=1)
    )
    shocks = loud * rng.normal(size=(size, samples))
    lag = np.maximum((p["L"] / STEP).astype(int), 1)
    history = np.tile(p["u0"][:, None], (1, int(lag.max()) + 1))
    index, depth = np.arange(size), history.shape[1]
    x = np.full(size, LEVEL) + GAIN * 0.02
    integral, u = p["u0"].copy(), p["u0"].copy()
    stem, position = p["u0"].copy(), p["u0"].copy()
    moving = np.ones(size, dtype=bool)
    last, stuck_at = u.copy(), u.copy()
    direction = np.zeros(size)
    measured, command = np.empty((size, samples)), np.empty((size, samples))
    onoff = p["hysteresis"] > 0.0
    memory = 200.0  # s, of the random load
    for n in range(samples):
        y = x + sensor[:, n]
        e = setpoint[:, n] - y
        act = n % p["every"].astype(int) == 0
        wanted = p["k"] * e + integral
        limited = np.clip(wanted, 0.0, 1.0)
        keep = np.where(p["antiwindup"] > 0.0, (wanted == limited) | (np.sign(e) != np.sign(wanted - limited)), True)
        integral = np.where(act & keep, integral + STEP * p["every"] * p["k"] / p["Ti"] * e, integral)
        switch = np.where(e > p["hysteresis"], p["levels"][1], np.where(e < -p["hysteresis"], p["levels"][0], u))
        if n == 0:
            switch = p["levels"][1]
        u = np.where(act, np.where(onoff, switch, limited), u)
        stem, moving, stuck_at, direction = _stiction(u, last, stem, moving, stuck_at, direction, p["S"], p["J"])
        last = u
        position = np.clip(stem, position - STEP * p["rate"], position + STEP * p["rate"])
        history[:, n % depth] = position
        random += STEP / memory * -random + np.sqrt(2.0 * STEP / memory) * p["random_load"] * shocks[:, n]
        drive = GAIN * (history[index, (n - lag) % depth] - p["u0"]) + load[:, n] + random
        x = x + STEP / p["T"] * (drive - np.where(p["integrating"] > 0.0, 0.0, x - LEVEL))
        measured[:, n], command[:, n] = y, u
    return {"T": measured, "setpoint": setpoint, "u": command, "Q": load}


def _stiction(
    u: np.ndarray, last: np.ndarray, stem: np.ndarray, moving: np.ndarray, stuck_at: np.ndarray, direction: np.ndarray,
    S: np.ndarray, J: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Stick band S and slip jump J, data-driven (Kano et al. 2004): stem, whether it moves, where it stopped."""
    change = u - last
    now = np.sign(change)
    stops = moving & ((now == 0.0) | (now * direction < 0.0))
    stuck_at = np.where(stops, last, stuck_at)
    stuck = ~moving | stops
    reverses = (u - stuck_at) * direction < 0.0
    pull = np.abs(u - stuck_at)
    breaks = stuck & (pull > np.where(reverses, S, J))
    moves = (moving & ~stops) | breaks
    heading = np.where(breaks, np.sign(u - stuck_at), np.where(now != 0.0, now, direction))
    slipping = u - heading * 0.5 * (S - J)
    sticky = S > 0.0
    new = np.where(sticky, np.where(moves, np.clip(slipping, 0.0, 1.0), stem), u)
    return new, np.where(sticky, moves, True), stuck_at, np.where(moves, heading, direction)


# --- families ---------------------------------------------------------------------------------------------------------


def _calm_noise(p: Parameters, rng: np.random.Generator) -> None:
    p["noise"] = 10.0 ** rng.uniform(-1.5, 0.0, p["T"].size)


def _calm_setpoint_step(p: Parameters, rng: np.random.Generator) -> None:
    p["setpoint_step"] = rng.choice([-1.0, 1.0], p["T"].size) * rng.uniform(1.0, 4.0, p["T"].size)


def _calm_load_step(p: Parameters, rng: np.random.Generator) -> None:
    p["load_step"] = rng.choice([-1.0, 1.0], p["T"].size) * rng.uniform(1.0, 4.0, p["T"].size)


def _calm_slow_load(p: Parameters, rng: np.random.Generator) -> None:
    p["swing"] = rng.uniform(1.0, 4.0, p["T"].size)
    p["swing_period"] = rng.uniform(80.0, 200.0, p["T"].size) * p["T"]


def _calm_random_load(p: Parameters, rng: np.random.Generator) -> None:
    p["random_load"] = rng.uniform(0.5, 2.0, p["T"].size)


def _calm_tiny(p: Parameters, rng: np.random.Generator) -> None:
    """A load swings, but the loop shows less than anybody could measure."""
    p["swing"] = rng.uniform(0.002, 0.01, p["T"].size)
    p["noise"] = 10.0 ** rng.uniform(-4.0, -2.5, p["T"].size)
    p["drift"], p["walk"] = 0.1 * p["drift"], 0.0 * p["walk"]


def _relay(p: Parameters, rng: np.random.Generator) -> None:
    size = p["T"].size
    p["hysteresis"] = rng.uniform(0.2, 1.5, size)
    half = rng.uniform(0.15, 0.35, size)
    bias = rng.uniform(-0.3, 0.3, size) * half  # runs and stops of unequal length
    whole = rng.integers(0, 2, size).astype(bool)  # half of them between stop and full load
    low, high = p["u0"] + bias - half, p["u0"] + bias + half
    p["levels"] = np.stack([np.where(whole, 0.0, low), np.where(whole, 1.0, high)])
    p["noise"] = np.minimum(p["noise"], 0.3 * p["hysteresis"])


def _stiction_family(p: Parameters, rng: np.random.Generator) -> None:
    size = p["T"].size
    p["S"] = rng.uniform(0.06, 0.2, size)
    p["J"] = p["S"] * rng.uniform(0.3, 1.0, size)
    p["Ti"] = p["Ti"] * rng.uniform(0.5, 1.0, size)
    p["load_step"] = rng.uniform(1.0, 3.0, size)
    p["noise"] = 10.0 ** rng.uniform(-2.0, -0.9, size)


def _tight(p: Parameters, rng: np.random.Generator) -> None:
    """Gain around the ultimate one, so that the loop rings on, or grows until something limits it."""
    size = p["T"].size
    p["k"] = p["k"] * rng.uniform(1.0, 1.08, size) * _gain_margin(p)
    p["load_step"] = rng.uniform(0.5, 2.0, size)
    p["step_at"] = rng.uniform(0.02, 0.1, size)


def _slow_sampling(p: Parameters, rng: np.random.Generator) -> None:
    """A gain that would do for quick sampling, and makes the loop unstable or nearly so when it is sampled slowly."""
    p["every"] = np.maximum(np.round(rng.uniform(1.5, 3.0, p["T"].size) * p["L"] / STEP), 1.0)
    p["k"] = p["k"] * rng.uniform(1.0, 1.5, p["T"].size) * _gain_margin(p)
    p["load_step"] = rng.uniform(0.5, 2.0, p["T"].size)
    p["step_at"] = rng.uniform(0.02, 0.1, p["T"].size)


def _windup(p: Parameters, rng: np.random.Generator) -> None:
    """An integrating process with a slow actuator, whose controller integrates on at its limits."""
    size = p["T"].size
    p["integrating"] = np.ones(size)
    p["L"] = rng.uniform(0.1, 0.2, size) * p["T"]
    p["k"] = 10.0 ** rng.uniform(-0.9, -0.2, size) * p["T"] / p["L"] / GAIN
    p["Ti"] = rng.uniform(1.6, 7.0, size) * p["L"]
    p["antiwindup"] = np.zeros(size)
    p["rate"] = 1.0 / (10.0 ** rng.uniform(0.6, 1.4, size) * p["L"])
    p["setpoint_step"] = rng.choice([-1.0, 1.0], size) * rng.uniform(10.0, 20.0, size)
    p["step_at"] = rng.uniform(0.02, 0.1, size)


def _forced(p: Parameters, rng: np.random.Generator) -> None:
    size = p["T"].size
    p["swing"] = rng.uniform(2.0, 6.0, size)
    p["swing_period"] = rng.uniform(3.0, 9.0, size) * p["T"]
    p["swing_square"] = rng.integers(0, 2, size).astype(float)


def _gain_margin(p: Parameters) -> np.ndarray:
    """Factor on the gain that makes each loop of FOPTD, PI and zero-order hold marginally stable."""
    omega = np.geomspace(1e-3, 1.0, 4000)[None, :]
    s = 1j * omega
    T, L, k, Ti = (p[name][:, None] for name in ("T", "L", "k", "Ti"))
    delay = STEP * (np.maximum((L / STEP).astype(int), 1) + 0.5 * p["every"][:, None])
    loop = k * (1.0 + 1.0 / (Ti * s)) * GAIN / (T * s + 1.0) * np.exp(-s * delay)
    angle = np.unwrap(np.angle(loop), axis=1)
    crossing = np.argmax(angle < -np.pi, axis=1)
    return np.asarray(1.0 / np.abs(loop[np.arange(loop.shape[0]), crossing]))


_TRIES = 40

Family = tuple[str, str, Callable[[Parameters, np.random.Generator], None]]
FAMILIES: dict[str, Family] = {
    "white noise": ("calm", "none", _calm_noise),
    "step of the set point": ("calm", "none", _calm_setpoint_step),
    "step of the load": ("calm", "none", _calm_load_step),
    "slow load": ("calm", "none", _calm_slow_load),
    "random load, not measured": ("calm", "none", _calm_random_load),
    "below resolution": ("calm", "none", _calm_tiny),
    "on/off": ("oscillating", "on/off", _relay),
    "stiction": ("oscillating", "stiction", _stiction_family),
    "tight tuning": ("oscillating", "tight tuning", _tight),
    "slow sampling": ("oscillating", "slow sampling", _slow_sampling),
    "windup": ("oscillating", "windup", _windup),
    "periodic load": ("forced", "forced", _forced),
}
"""State, cause and what is changed in a sound loop."""


def samples_of(family: str, number: int, seed: int, length: int = 4000) -> list[Sample]:
    """Make signals of a family; of planted oscillations only those whose quiet twin keeps moving.

    Parameters
    ----------
    family
        One of `FAMILIES`.
    number
        How many.
    seed
        Of the random parameters and noise; the same seed gives the same signals.
    length
        Longest number of samples; each signal is cut to between half of it and all of it.
    """
    state, cause, change = FAMILIES[family]
    rng = np.random.default_rng([seed, list(FAMILIES).index(family)])
    found: list[Sample] = []
    batch = number if state != "oscillating" else max(2 * number, 50)  # a step costs about the same for 10 or 100
    for _ in range(_TRIES):
        p = defaults(rng, batch)
        change(p, rng)
        child = rng.integers(2**31)
        run = simulate_loops(p, length, np.random.default_rng(child))
        moves = np.ones(batch, dtype=bool)
        if state == "oscillating":
            quiet = simulate_loops(p, length, np.random.default_rng(child), quiet=True)
            late = quiet["T"][:, -length // 4 :]
            early = quiet["T"][:, length // 2 : -length // 4]
            moves = (np.ptp(late, axis=1) > 0.4) & (np.ptp(late, axis=1) > 0.7 * np.ptp(early, axis=1))
        if cause == "windup":  # and with anti-windup comes to rest: nothing else makes it cycle
            sound = simulate_loops(p | {"antiwindup": np.ones(batch)}, length, np.random.default_rng(child), quiet=True)
            moves &= np.ptp(sound["T"][:, -length // 4 :], axis=1) < 0.4
        keep = rng.integers(length // 2, length + 1, batch)
        for i in np.flatnonzero(moves):
            part = {name: values[i, : keep[i]] for name, values in run.items()}
            found.append(Sample(family, state, cause, as_dataset(part, period=STEP * float(p["every"][i]))))
        if len(found) >= number:
            return found[:number]
    raise RuntimeError(f"'{family}': {len(found)} of {number} signals keep moving without noise after {_TRIES} batches")


def as_dataset(signals: dict[str, np.ndarray], step: float = STEP, **details: Any) -> xr.Dataset:
    """Wrap signals `T`, `setpoint`, `u` and the load `Q` as a result with one loop, named `loop`."""
    loop = ControlLoop(
        **{"name": "loop", "measurement": "plant.T", "command": "pi.y", "setpoint": "plant.setpoint",
           "y_min": 0.0, "y_max": 1.0, "unit": "K", "command_unit": "1"} | details
    )  # fmt: skip
    names = {"T": "plant.T", "setpoint": "plant.setpoint", "u": "pi.y", "Q": "Q"}
    time = step * np.arange(signals["T"].size)
    return xr.Dataset(
        {names[name]: ("time", values) for name, values in signals.items()},
        coords={"time": ("time", time, {"units": "s"})},
        attrs={"loops": loops_to_json({"loop": loop})},
    )
