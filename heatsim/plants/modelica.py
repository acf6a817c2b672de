"""Writes the Modelica text of a network.

Pipes with equal numbers of cells stand in one array component each, branchings in two; consumers and bypasses are
components of their own that meet the arrays in a `Tap`. Flows of consumers, bypasses and ring pipes are states, all
other flows are written as sums of them, so the pressures follow one after the other and nothing is solved iteratively.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from heatsim.plants.declarations import LOST_ON_THE_WAY, Settings, array, declarations, number, words
from heatsim.plants.design import Design
from heatsim.plants.layout import Consumer, Layout
from heatsim.plants.tree import WATER

_HEADER_TIME = 30.0  # s that the design flow spends in the return header of the plant

_END = 1.0  # m at each end of a pipe that cool the branching there


@dataclass(frozen=True)
class Place:
    """Where a pipe is found in the model: array component and number in it."""

    component: str
    index: int


def places(design: Design) -> tuple[Place, ...]:
    """Return where each pipe is found."""
    count: dict[int, int] = defaultdict(int)
    found = []
    for cells in design.cells:
        count[cells] += 1
        found.append(Place(f"pipes_{cells}", count[cells]))
    return tuple(found)


def write(found: Layout, design: Design, settings: Settings) -> str:
    """Return the text of the model."""
    return _Writer(found, design, settings).text()


def _sum(terms: Sequence[str]) -> str:
    """Return `a - b + c` for signed terms `+a`, `-b`, `+c`; `0` for none."""
    if not terms:
        return "0"
    text = terms[0][1:] if terms[0][0] == "+" else terms[0]
    return text + "".join(f" {term[0]} {term[1:]}" for term in terms[1:])


class _Writer:
    def __init__(self, found: Layout, design: Design, settings: Settings) -> None:
        self.found, self.design, self.settings = found, design, settings
        self.places = places(design)
        self.medium = f"redeclare package Medium = HeatReuse.Media.{settings.medium}"
        self.bypasses = [index for index, node in enumerate(found.nodes) if node.bypass > 0]
        self.substations = [i for i, c in enumerate(found.consumers, 1) if c.kind == "substation"]
        self.lines: list[str] = []

    def text(self) -> str:
        found, s = self.found, self.settings
        rings = len(self.design.tree.chords)
        self.lines = [
            f'model {s.name} "District-heating network: {len(found.consumers)} consumers, '
            f'{len(found.pipes)} pairs of pipes, {rings} ring{"s" if rings != 1 else ""}"'
        ]
        self.lines += declarations(found, self.design, s, len(self.substations))
        self._components()
        self.lines.append("equation")
        self._plant()
        self._consumers()
        self._hydraulics()
        self._heat()
        self._results()
        self.lines += [
            f'  annotation (experiment(StopTime=86400, Tolerance=1e-6), Documentation(info="{self._info()}"));'
        ]
        self.lines += [f"end {s.name};", ""]
        return "\n".join(self.lines)

    def _info(self) -> str:
        left = "; ".join(
            f"{cells} cells: {count}"
            for cells, count in sorted({n: self.design.cells.count(n) for n in self.design.cells}.items())
        )
        return (
            "<html>\n<h4>Equations</h4>\n<p>Flows of consumers, bypasses and ring pipes are states, all other flows "
            "are sums of them; pressures follow from the plant outwards. "
            "Energy: U(t) - U(0) = sum of all E_in_....</p>\n"
            "<h4>Assumptions</h4>\n<p>Those of the components. Pairs of pipes by number of cells: "
            f"{left}; the fewer cells, the wider a front becomes (PipePairs).</p>\n<h4>Source</h4>\n"
            "<p>Written by heatsim.plants.network from tables.</p></html>"
        )

    def _components(self) -> None:
        found, design, s = self.found, self.design, self.settings
        add = self.lines.append
        chords = design.tree.chords
        if chords:
            start = array([design.m_flow[c] * s.load_start for c in chords])
            inertance = [found.pipes[c].length / (math.pi / 4 * found.pipes[c].D_inner ** 2) for c in chords]
            add(f'  parameter Real inertance[{len(chords)}](each final unit="1/m") = {array(inertance)}')
            add('    "Length over cross section, per ring";')
            for side in ("supply", "return"):
                add(
                    f"  output HeatReuse.Types.MassFlowRate m_flow_ring_{side}[{len(chords)}]"
                    f"(start={start}, each fixed=true) "
                    f'"Flow of the {side} pipe that closes a ring: {words(found.pipes[c].name for c in chords)}";'
                )
        add("protected")
        for cells in sorted(set(design.cells)):
            group = [i for i, n in enumerate(design.cells) if n == cells]
            pipes = [found.pipes[i] for i in group]
            between = ""
            if any(pipe.U_between for pipe in pipes):
                between = f" U_between={array([pipe.U_between for pipe in pipes])},"
            add(f"  HeatReuse.District.PipePairs pipes_{cells}({self.medium}, np={len(pipes)}, n={cells},")
            add(f"    L={array([p.length for p in pipes])},")
            add(f"    L_end={array([min(_END, p.length / 4) for p in pipes])},")
            add(f"    D={array([p.D_inner for p in pipes])}, s_wall={array([p.s_wall for p in pipes])},")
            add(
                f"    U_ground={array([p.U for p in pipes])},{between} T_supply_start=T_supply_start, "
                f'T_return_start=T_return_start) "Pipes of {cells} cells: {words(p.name for p in pipes)}";'
            )
        volumes = array(self._volumes())
        for side in ("supply", "return"):
            add(
                f"  HeatReuse.District.NetworkVolumes nodes_{side}({self.medium}, n={len(found.nodes)}, V={volumes}, "
                f'T_start=T_{side}_start) "Branchings, {side}: {words(node.name for node in found.nodes)}";'
            )
            add(f'  HeatReuse.Types.Pressure p_{side}[{len(found.nodes)}] "Pressure in the {side}, per node";')
        for i, consumer in enumerate(found.consumers, 1):
            add(f'  {self._consumer(i, consumer)} "{words([consumer.name])}";')
        for j, node in enumerate(self.bypasses, 1):
            bypass = found.nodes[node]
            options = f"m_flow_nominal={bypass.bypass:.10g}, T_start=T_supply_start"
            fixed = math.isnan(bypass.T_bypass)
            options += ", opening_min=1" if fixed else f", T_open={bypass.T_bypass:.10g}"
            add(f'  HeatReuse.District.Bypass bypass_{j}({self.medium}, {options}) "Bypass at {words([bypass.name])}";')
        taps = [f"tap_{i}" for i in range(1, len(found.consumers) + 1)]
        taps += [f"tap_bypass_{j}" for j in range(1, len(self.bypasses) + 1)] + ["tap_plant"]
        for tap in taps:
            add(f'  HeatReuse.District.Tap {tap}({self.medium}) "Connection to the network";')
        add(f'  HeatReuse.Boundaries.PressureInlet inlet({self.medium}) "Supply";')
        add(f'  HeatReuse.Boundaries.PressureOutlet outlet({self.medium}) "Return";')
        if s.drive == "pump":
            volume = max(_HEADER_TIME * design.m_flow_nominal / WATER.rho, 1e-3)
            add(
                f"  HeatReuse.Pipes.MixingVolume header({self.medium}, nPorts=2, V={number(volume)}, "
                'T_start=T_return_start) "Return header of the plant";'
            )
            add(
                "  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_nominal, dp_nominal=dp_pump_nominal, "
                'speed_nominal=speed_nominal, speed_start=0.9) "Network pump, in the return";'
            )
        else:
            add('  HeatReuse.District.PressureLift lift "Pressure difference at the plant, in the return";')
        add('  HeatReuse.Types.PressureDifference dp_smallest "Smallest pressure difference, with corners";')
        add('  HeatReuse.Types.HeatFlowRate demand "Demand of all consumers that counts";')

    def _consumer(self, i: int, consumer: Consumer) -> str:
        s = self.settings
        options = [self.medium, f"Q_flow_nominal={consumer.Q_flow_nominal:.10g}", f"load_start={s.load_start:.10g}"]
        if consumer.kind == "prescribed":
            options += [f"dT={consumer.dT:.10g}", f"T_start=T_supply_start - {consumer.dT:.10g}"]
            if consumer.bypass_share:
                options.append(f"bypass_share={consumer.bypass_share:.10g}")
            return f"HeatReuse.District.PrescribedConsumer consumer_{i}({', '.join(options)})"
        options.append(f"T_primary_nominal={s.T_supply - LOST_ON_THE_WAY:.10g}")
        for name in ("dp_nominal", "T_secondary_supply", "T_secondary_return", "dT_return"):
            options.append(f"{name}={getattr(consumer, name):.10g}")
        return f"HeatReuse.District.Substation consumer_{i}({', '.join(options)})"

    def _volumes(self) -> list[float]:
        """Two metres of the widest pipe at each node, m3."""
        widest = [0.0] * len(self.found.nodes)
        for pipe in self.found.pipes:
            for end in (pipe.a, pipe.b):
                widest[end] = max(widest[end], pipe.D_inner)
        return [2.0 * math.pi / 4 * width**2 for width in widest]

    def _plant(self) -> None:
        root, add = self.found.plant + 1, self.lines.append
        self._tap("tap_plant", root)
        add("  inlet.T_in = T_supply;")
        add("  connect(inlet.port, tap_plant.port_supply);")
        if self.settings.drive == "pump":
            add("  pump.command = speed_pump;")
            add("  connect(tap_plant.port_return, header.ports[1]);")
            add("  connect(header.ports[2], pump.port_a);")
            add("  connect(pump.heatPort, header.heatPort);")
            add("  connect(pump.port_b, outlet.port);")
        else:
            add("  lift.dp_in = dp_plant;")
            add("  connect(tap_plant.port_return, lift.port_a);")
            add("  connect(lift.port_b, outlet.port);")

    def _tap(self, tap: str, node: int) -> None:
        self.lines.append(f"  {tap}.p_supply = p_supply[{node}];")
        self.lines.append(f"  {tap}.p_return = p_return[{node}];")
        self.lines.append(f"  {tap}.T_supply = nodes_supply.T[{node}];")
        self.lines.append(f"  {tap}.T_return = nodes_return.T[{node}];")

    def _consumers(self) -> None:
        add = self.lines.append
        for i, consumer in enumerate(self.found.consumers, 1):
            self._tap(f"tap_{i}", consumer.node + 1)
            add(f"  connect(tap_{i}.port_supply, consumer_{i}.port_a);")
            add(f"  connect(consumer_{i}.port_b, tap_{i}.port_return);")
            add(f"  consumer_{i}.Q_flow_demand = Q_flow_demand[{i}];")
        for j, node in enumerate(self.bypasses, 1):
            self._tap(f"tap_bypass_{j}", node + 1)
            add(f"  connect(tap_bypass_{j}.port_supply, bypass_{j}.port_a);")
            add(f"  connect(bypass_{j}.port_b, tap_bypass_{j}.port_return);")

    def _pipe(self, pipe: int, what: str) -> str:
        place = self.places[pipe]
        return f"{place.component}.{what}[{place.index}]"

    def _taken(self) -> list[list[str]]:
        """Taps at each node."""
        taps: list[list[str]] = [[] for _ in self.found.nodes]
        for i, consumer in enumerate(self.found.consumers, 1):
            taps[consumer.node].append(f"tap_{i}")
        for j, node in enumerate(self.bypasses, 1):
            taps[node].append(f"tap_bypass_{j}")
        return taps

    def _hydraulics(self) -> None:
        found, tree, add = self.found, self.design.tree, self.lines.append
        taps = self._taken()
        for k, chord in enumerate(tree.chords, 1):
            pipe = found.pipes[chord]
            for side, first, second in (("supply", pipe.a, pipe.b), ("return", pipe.b, pipe.a)):
                flow = self._pipe(chord, f"m_flow_{side}")
                add(f"  {flow} = m_flow_ring_{side}[{k}];")
                drop = self._pipe(chord, f"dp_{side}")
                add(
                    f"  inertance[{k}]*der(m_flow_ring_{side}[{k}]) = "
                    f"p_{side}[{first + 1}] - p_{side}[{second + 1}] - {drop};"
                )
        # what leaves a node besides the pipe from its parent
        for node in reversed(tree.order):
            for side in ("supply", "return"):
                terms = [f"+{tap}.m_flow" for tap in taps[node]]
                for p, pipe in enumerate(found.pipes):
                    if node in (pipe.a, pipe.b) and p != tree.pipe[node]:
                        terms.append(("+" if pipe.a == node else "-") + self._pipe(p, f"m_flow_{side}"))
                own = tree.pipe[node]
                if own < 0:
                    flow = "tap_plant.m_flow" if side == "supply" else "tap_plant.m_flow_return"
                    add(f"  {flow} = -({_sum(terms)});")
                    continue
                flow = self._pipe(own, f"m_flow_{side}")
                inward = found.pipes[own].b == node
                add(f"  {flow} = {_sum(terms) if inward else f'-({_sum(terms)})'};")
                parent = tree.parent[node]
                # the return flows from b to a: pressures fall the other way round
                sign = "-" if inward == (side == "supply") else "+"
                add(f"  p_{side}[{node + 1}] = p_{side}[{parent + 1}] {sign} {self._pipe(own, f'dp_{side}')};")

    def _heat(self) -> None:
        found, add = self.found, self.lines.append
        incident: list[tuple[list[str], list[str]]] = [([], []) for _ in found.nodes]
        ends: list[list[str]] = [[] for _ in found.nodes]
        for p, pipe in enumerate(found.pipes):
            place, n = self.places[p], self.design.cells[p]
            group, k = place.component, place.index
            for end, node in (("a", pipe.a), ("b", pipe.b)):
                for side in ("supply", "return"):
                    add(f"  {group}.T_{side}_{end}[{k}] = nodes_{side}.T[{node + 1}];")
                ends[node].append(f"{group}.G_end[{k}]")
            incident[pipe.a][0].append(f"-{group}.H_supply[{k}, 1]")
            incident[pipe.b][0].append(f"+{group}.H_supply[{k}, {n + 1}]")
            incident[pipe.b][1].append(f"-{group}.H_return[{k}, 1]")
            incident[pipe.a][1].append(f"+{group}.H_return[{k}, {n + 1}]")
        for node, taps in enumerate(self._taken()):
            here = [*taps, "tap_plant"] if node == found.plant else taps
            supply = [*incident[node][0], *(f"-{tap}.H_flow_supply" for tap in here)]
            back = [*incident[node][1], *(f"+{tap}.H_flow_return" for tap in here)]
            loss = " + ".join(ends[node])
            for side, terms in (("supply", supply), ("return", back)):
                lost = f"({loss})*(nodes_{side}.T[{node + 1}] - T_ground)"
                add(f"  nodes_{side}.H_flow[{node + 1}] = {_sum(terms)} - {lost};")
        for cells in sorted(set(self.design.cells)):
            add(f"  pipes_{cells}.T_ground = T_ground;")

    def _results(self) -> None:
        add, n = self.lines.append, len(self.found.consumers)
        numbers = range(1, n + 1)
        groups = [f"pipes_{cells}" for cells in sorted(set(self.design.cells))]
        pump = self.settings.drive == "pump"
        add("  T_return = outlet.T;")
        add("  m_flow = outlet.m_flow;")
        for i in numbers:
            add(f"  Q_flow_delivered[{i}] = consumer_{i}.Q_flow_delivered;")
            add(f"  T_consumer[{i}] = consumer_{i}.T_supply;")
            add(f"  m_flow_consumer[{i}] = consumer_{i}.m_flow;")
            add(f"  dp_consumer[{i}] = consumer_{i}.dp;")
        for k, i in enumerate(self.substations, 1):
            add(f"  T_secondary[{k}] = consumer_{i}.T_secondary;")
            add(f"  opening[{k}] = consumer_{i}.opening;")
        add("  // -delta log(sum(exp(-dp/delta))) with delta = 2 kPa, relative to the smallest: exp cannot overflow")
        add("  dp_smallest = noEvent(min(dp_consumer));")
        add(f"  dp_critical = dp_smallest - 2e3*log(sum({{exp((dp_smallest - dp_consumer[i])/2e3) for i in 1:{n}}}));")
        add(f"  demand = sum({{noEvent(max(Q_flow_demand[i], 0)) for i in 1:{n}}});")
        add("  Q_flow_delivered_total = sum(Q_flow_delivered);")
        add(f"  Q_flow_unmet = {' + '.join(f'consumer_{i}.Q_flow_unmet' for i in numbers)};")
        add(f"  Q_flow_loss = {' + '.join(f'{group}.Q_flow_loss' for group in groups)};")
        stores = [
            *groups,
            "nodes_supply",
            "nodes_return",
            *(f"consumer_{i}" for i in numbers),
            *(["header"] if pump else []),
        ]
        add(f"  U = {' + '.join(f'{store}.U' for store in stores)};")
        add("  der(E_in_supply) = inlet.H_flow + outlet.H_flow;")
        add("  der(E_in_consumers) = -Q_flow_delivered_total;")
        add(f"  E_in_ground = -({' + '.join(f'sum({group}.E_loss)' for group in groups)});")
        add("  der(E_demand) = demand;")
        add("  der(E_unmet) = Q_flow_unmet;")
        if pump:
            add("  dp_pump = -pump.dp;")
            add("  P_pump = pump.P_el;")
            add("  der(E_in_pump) = pump.P_shaft;")
            add("  der(E_pump) = pump.P_el;")
