"""Actuator of a valve: stroke time, stiction and backlash.

Stiction is that of Choudhury, Thornhill and Shah, "Modelling valve stiction", *Control Engineering Practice* 13 (2005):
after a reversal the stem stays for the stick band S of the command, then slips by J and follows. Its form here is the
balance of the forces on the stem, with the static and the kinetic friction of He, Wang, Pottmann and Qin, "A curve
fitting method for detecting valve stiction", *Ind. Eng. Chem. Res.* 46 (2007): f_s = (S + J)/2 and f_d = (S − J)/2 in
units of the stroke. While it moves the stem trails the command by f_d as in Kano, Maruta, Kugemoto and Shimizu,
"Practical model and detection algorithm for valve stiction", *DYCOPS 7* (2004), with whose model it agrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

from heatsim.errors import UsageError
from heatsim.system import Port


@dataclass(kw_only=True, eq=False)
class Positioner:
    """Actuator and valve stem between a command `u` and an opening `y`, both 0 to 1.

    In the order from command to plug: a drive that takes `T_stroke` for the full stroke; stiction; play (backlash).

    ::

        drive  ← drive + (u − drive), at most ±period/T_stroke and to the ends of the stroke, 0 and 1
        stuck:   slips when |drive − stem| > (S + J)/2
        moving:  stem = drive ∓ (S − J)/2; sticks when the drive stops or turns
        y        follows the stem with a play of `backlash` in all

    So for a command that goes up and down, the opening stays over the band S after each reversal, jumps by J and then
    follows; with J = 0 it is a play of S. J > S overshoots the command. Typical: a sticking valve in trouble has S of
    2 to 10 % and J of 0.5 to 5 %; well-kept ones less than 1 %.

    Parameters
    ----------
    T_stroke
        Time for the full stroke, s (30 to 150 s for heating valves); 0 for none.
    S, J
        Stick band and slip jump, share of the stroke.
    backlash
        Play, share of the stroke.
    period
        Sample time, s. A valve that gets the same command at two ticks stands still in between and sticks again.
    start
        Opening before the first tick.
    offset
        Ticks at `offset + n*period`, s.

    Raises
    ------
    UsageError
        A setting lies outside of its range.
    """

    T_stroke: float = 0.0
    S: float = 0.0
    J: float = 0.0
    backlash: float = 0.0
    period: float = 1.0
    start: float = 0.0
    offset: float = 0.0
    inputs: tuple[Port, ...] = field(init=False, repr=False)
    outputs: tuple[Port, ...] = field(init=False, repr=False)
    parameters: tuple[Port, ...] = field(init=False, repr=False)

    linear: ClassVar[dict[str, float]] = {"S": 0.0, "J": 0.0, "backlash": 0.0}

    def __post_init__(self) -> None:
        for label, value in (("T_stroke", self.T_stroke), ("S", self.S), ("J", self.J), ("backlash", self.backlash)):
            if not 0 <= value < math.inf:
                raise UsageError(f"Positioner: {label} must be 0 or positive, not {value!r}")
        if self.J > 0 and self.S == 0:
            raise UsageError(
                f"Positioner: a slip jump of J = {self.J:g} needs a stick band; give S too, S ≥ J as a rule"
            )
        if not 0 < self.period < math.inf:
            raise UsageError(f"Positioner: period must be a positive time in s, not {self.period!r}")
        self.inputs = (Port("u", "1", description="Command"),)
        self.outputs = (Port("y", "1", start=self.start, description="Opening"),)
        self.parameters = (
            Port("T_stroke", "s", start=self.T_stroke, minimum=0.0, description="Time for the full stroke"),
            Port("S", "1", start=self.S, minimum=0.0, description="Stick band, share of the stroke"),
            Port("J", "1", start=self.J, minimum=0.0, description="Slip jump, share of the stroke"),
            Port("backlash", "1", start=self.backlash, minimum=0.0, description="Play, share of the stroke"),
        )

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory of a valve at rest where its command wants it, without force on its stem."""
        return {"drive": u["u"], "stem": u["u"], "plug": u["u"], "moving": 0.0}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Move for one period; returns outputs and the new memory."""
        furthest = math.inf if p["T_stroke"] <= 0.0 else self.period / p["T_stroke"]
        move = min(max(u["u"] - state["drive"], -furthest), furthest)
        # the drive turns off at the ends of the stroke, whatever is asked of it
        drive = min(max(state["drive"] + move, 0.0), 1.0)
        move = drive - state["drive"]
        stem, moving = self._stem(drive, move, state, p)
        play = 0.5 * p["backlash"]
        plug = min(max(state["plug"], stem - play), stem + play)
        return {"y": plug}, {"drive": drive, "stem": stem, "plug": plug, "moving": moving}

    @staticmethod
    def _stem(drive: float, move: float, state: dict[str, float], p: dict[str, float]) -> tuple[float, float]:
        """Stem, and the direction in which it moves: −1, 0 (stuck) or 1."""
        static, kinetic = 0.5 * (p["S"] + p["J"]), 0.5 * (p["S"] - p["J"])
        if static <= 0.0:  # nothing sticks; what is left of a difference by rounding is no motion
            return drive, 0.0
        if state["moving"] * move > 0.0:
            return drive - state["moving"] * kinetic, state["moving"]
        force = drive - state["stem"]
        if abs(force) <= static:
            return state["stem"], 0.0
        direction = math.copysign(1.0, force)
        return drive - direction * kinetic, direction
