"""Sets up a co-simulation: which units advance together, in which order, by which method and with which steps."""

from __future__ import annotations

from collections.abc import Sequence

from heatsim.errors import UsageError, near_miss
from heatsim.solvers.cluster import RESTART_TOLERANCE, Cluster
from heatsim.solvers.compose import Composite
from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Control, CouplingStatistics, Method, Observer
from heatsim.solvers.exchange import Exchange, Slot, slot_of_cluster, slot_of_opaque
from heatsim.solvers.gauss_seidel import GaussSeidel, ordered
from heatsim.solvers.held_steps import HeldSteps
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.iterated import Iterated
from heatsim.solvers.jacobi import Jacobi, side_by_side
from heatsim.solvers.opaque import open_unit
from heatsim.solvers.options import CouplingOptions
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine
from heatsim.solvers.step_control import Adaptive, Constant, Rollback
from heatsim.system.system import System


def couple(
    system: System,
    composite: Composite,
    options: CouplingOptions,
    sampled: SampledUnits,
    line: TimeLine,
    rtol: float,
    statistics: Statistics,
    recorder: Recorder,
    report: Reporter,
    observers: Sequence[Observer] = (),
) -> CoSimulation:
    """Set up a co-simulation of a composed system.

    Parameters
    ----------
    system, composite
        What is run.
    options
        Checked choices.
    sampled
        Its sampled units.
    line
        Time line with the output times among its breaks.
    rtol
        Relative tolerance of integrators.
    statistics, recorder, report
        Take counts of integrators, results and progress.
    observers
        See each accepted step.

    Raises
    ------
    UsageError
        When `clusters` or `order` do not fit the system, or a unit cannot do what the method needs.
    """
    slots = slots_of(system, composite, options, rtol, statistics)
    method = _method(options)
    control = _control(options)
    try:
        exchange = Exchange(composite, slots)
        if method.rollback or control.rollback:
            _check_rollback(slots, options)
    except BaseException:
        close(slots)
        raise
    coupled = CoSimulation(
        exchange,
        slots,
        sampled,
        line,
        method,
        control,
        options.degree,
        recorder,
        report,
        CouplingStatistics(),
        observers,
    )
    if isinstance(method, Jacobi) and isinstance(control, Constant):
        coupled.shortcut = HeldSteps(coupled, control.step)
    return coupled


def slots_of(
    system: System, composite: Composite, options: CouplingOptions, rtol: float, statistics: Statistics
) -> list[Slot]:
    """Participants of a co-simulation in the order in which they advance.

    Raises
    ------
    UsageError
        When `clusters` or `order` do not fit the system.
    """
    slots: list[Slot] = []
    quadratic = options.degree == 2
    for names, joined in _groups(system, composite, options):
        cluster = Cluster(composite, names, rtol, statistics, joined=joined, quadratic=quadratic)
        slots.append(slot_of_cluster(cluster))
    try:
        for name in composite.opaque_slices:
            unit = open_unit(system.members[name], max(RESTART_TOLERANCE * rtol, 1e-12), statistics)
            slots.append(slot_of_opaque(composite, unit))
        return slots if options.method == "jacobi" else ordered(slots, options.order)
    except BaseException:
        close(slots)
        raise


def close(slots: Sequence[Slot]) -> None:
    """Free the instances of opaque units."""
    for slot in slots:
        if not slot.in_graph:
            slot.participant.close()


def _method(options: CouplingOptions) -> Method:
    if options.method == "gauss_seidel":
        return GaussSeidel()
    if options.method == "iterated":
        # what a step leaves behind has to be small beside the error that the step may make
        return Iterated(0.01 * options.accuracy)
    return Jacobi()


def _control(options: CouplingOptions) -> Control:
    assert options.step is not None
    if options.step_control == "adaptive":
        return Adaptive(options.step, options.accuracy, options.degree)
    if options.step_control == "rollback":
        return Rollback(options.step, options.accuracy, options.degree)
    return Constant(options.step)


def _check_rollback(slots: Sequence[Slot], options: CouplingOptions) -> None:
    """Every unit can go back to an earlier state."""
    for slot in slots:
        if not slot.participant.can_rollback:
            if options.method == "iterated":
                what, instead = "method 'iterated'", "choose method 'jacobi' or 'gauss_seidel'"
            else:
                what, instead = "step_control 'rollback'", "choose step_control='adaptive'"
            raise UsageError(
                f"{slot.participant.name}: {what} needs units that can go back to an earlier state, and this one "
                f"cannot; {instead}, or export it with canGetAndSetFMUstate"
            )


def _groups(system: System, composite: Composite, options: CouplingOptions) -> list[tuple[list[str], bool]]:
    """Units of the graph that advance together, and whether signals between them act at once."""
    choice = options.clusters
    if choice is None:
        choice = "graph" if composite.opaque_slices else "units"
    units = list(composite.blocks)
    if choice == "graph":
        return [(units, True)] if units else []
    lists = [] if choice == "units" else _checked_lists(system, composite, choice)
    taken = {name for names in lists for name in names}
    groups = [(names, True) for names in lists]
    rest = [name for name in units if name not in taken]
    if options.method == "jacobi":
        alone = [name for name in rest if composite.blocks[name].states]
        return groups + [(names, False) for names in side_by_side(alone, composite.fmus)]
    return groups + [([name], False) for name in rest]


def _checked_lists(system: System, composite: Composite, choice: str | Sequence[Sequence[str]]) -> list[list[str]]:
    """Groups given by name, in the order of the composite."""
    if isinstance(choice, str) or any(isinstance(names, str) for names in choice):
        raise UsageError(
            f"clusters={choice!r} is unknown; choose 'units', 'graph' or lists of names, e.g. [['tank', 'pump']]"
        )
    seen: set[str] = set()
    for name in (name for names in choice for name in names):
        if name not in system.members:
            raise UsageError(f"clusters: no unit '{name}'{near_miss(name, composite.blocks)}; name units of the system")
        if name not in composite.blocks:
            kind = "is sampled" if system.members[name].kind == "sampled" else "keeps its equations to itself"
            raise UsageError(f"clusters: '{name}' {kind} and cannot be merged with others; leave it out")
        if name in seen:
            raise UsageError(f"clusters: '{name}' is named twice; a unit belongs to one cluster")
        seen.add(name)
    return [[name for name in composite.blocks if name in names] for names in choice if names]
