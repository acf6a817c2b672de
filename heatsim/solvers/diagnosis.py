"""Why a step of a co-simulation is too long, in one line that says what to do."""

from __future__ import annotations

import math
from dataclasses import dataclass

from heatsim.solvers.advice import MATTERS, Limit, LinkEffect, StabilityModel

_FOLD = 1.1


@dataclass(frozen=True)
class Diagnosis:
    """Why a step is too long, and what would help.

    Attributes
    ----------
    step, method, extrapolation
        What was looked at.
    radius
        Growth of a deviation from one exchange to the next.
    converges
        Whether the iteration of the iterated method converges.
    limit
        Largest stable and recommended step.
    effect
        The link that limits the step, or None when no single one does.
    iterated
        Whether the iterated method would be stable at this step.
    """

    step: float
    method: str
    extrapolation: str
    radius: float
    converges: bool
    limit: Limit
    effect: LinkEffect | None
    iterated: bool

    @property
    def text(self) -> str:
        """One line: the link, the growth, the largest stable step, and what to do."""
        how = self.method if self.method == "iterated" else f"{self.method} with {self.extrapolation} signals"
        where = "the coupling" if self.effect is None else self.effect.link.name
        if self.effect is not None and self.effect.link.name.startswith("bond"):
            where += f" ({' - '.join(self.effect.link.units)})"
        growth = f"{self.radius:.3g}-fold" if self.radius > _FOLD else f"by {100 * (self.radius - 1):.2g} %"
        fault = (
            f"a deviation grows {growth} from one exchange to the next"
            if self.converges
            else "the iteration does not converge"
        )
        actions = []
        if self.limit.recommended > 0.0:
            actions.append(f"take step={self.limit.recommended:g}")
        if self.effect is not None and len(self.effect.link.units) > 1:
            names = ", ".join(f"'{unit}'" for unit in self.effect.link.units)
            far = "any step" if math.isinf(self.effect.merged) else f"steps up to {self.effect.merged:.3g} s"
            if self.effect.merged > self.limit.stable:
                actions.append(f"clusters=[[{names}]], which is stable for {far}")
        if self.iterated:
            actions.append("method='iterated'")
        stable = f"the largest stable step is {self.limit.stable:.3g} s" if self.limit.stable else "no step is stable"
        return f"{where} is unstable at step = {self.step:g} s ({how}): {fault}; {stable}; {', or '.join(actions)}"


def diagnose(
    model: StabilityModel, step: float, method: str, extrapolation: str, steps: float = math.inf
) -> Diagnosis | None:
    """Why a step is unstable; None when it is stable, which takes a single evaluation.

    A coupling by which deviations do not even double in a number of `steps` passes.
    """
    converges = method != "iterated" or model.iteration_radius(step, extrapolation) < 1.0
    radius = model.radius(step, method, extrapolation)
    if converges and (not model.is_unstable(step, radius) or steps * math.log(radius) < math.log(2.0)):
        return None
    limit = model.limit(method, extrapolation, first=step / 2.0)
    effects = model.effects(step, method, extrapolation)
    effect = None
    if effects and effects[0].radius < radius * (1.0 - MATTERS):
        effect = model.with_merged(effects[:1], step, method, extrapolation)[0]
    iterated = method != "iterated" and not model.fails(step, "iterated", extrapolation)
    return Diagnosis(step, method, extrapolation, radius, converges, limit, effect, iterated)
