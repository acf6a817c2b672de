"""A plant of any size, written as Modelica: a pump and a storage tank serve parallel lines to consumers.

It stands for what plants are made of: pipes in cells, volumes with many ports, valves with actuators, exchangers,
the consumers' controllers and connectors.
"""

from __future__ import annotations

MODEL = "LargePlant.Plant"
_CELLS = 13  # of each pipe, as in HeatReuse.Plants.DistrictGrid
_LAYERS = 12  # of the tank

_TEXT = """\
package LargePlant "A network as large as one likes"
  model Line "Supply pipe, consumer and return pipe"
    parameter Integer n = 4 "Cells of each pipe";
    parameter HeatReuse.Types.Length L = 800 "Length of each pipe";
    parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 4e5 "Peak demand";
    HeatReuse.Interfaces.FluidPort_a port_a "From the supply header";
    HeatReuse.Interfaces.FluidPort_b port_b "To the return header";
    HeatReuse.Interfaces.HeatPort heatPort "Ground";
    HeatReuse.Interfaces.RealInput Q_flow_demand(unit="W") "Heat demand";
    HeatReuse.Pipes.Pipe supply(n=n, L=L, data=HeatReuse.Pipes.Data.DN100(), m_flow_nominal=m_flow_nominal,
      T_start=347.15) "Supply";
    HeatReuse.Pipes.Pipe back(n=n, L=L, data=HeatReuse.Pipes.Data.DN100(), m_flow_nominal=m_flow_nominal,
      T_start=317.15) "Return";
    HeatReuse.District.Substation consumer(Q_flow_nominal=Q_flow_nominal) "Consumer";
    parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(4186*29) "Peak flow";
  equation
    connect(port_a, supply.port_a);
    connect(supply.port_b, consumer.port_a);
    connect(consumer.port_b, back.port_a);
    connect(back.port_b, port_b);
    connect(supply.heatPort, heatPort);
    connect(back.heatPort, heatPort);
    consumer.Q_flow_demand = Q_flow_demand;
  end Line;

  model Plant "Pump, tank and lines between two headers"
    parameter Integer lines = {lines} "Number of lines";
    input HeatReuse.Types.Temperature T_supply(start=348.15) "Supply temperature";
    input HeatReuse.Types.Temperature T_ground(start=281.15) "Temperature of the ground";
    input Real speed(unit="1", start=0.8) "Command of the pump";
    input Real charging(unit="1", start=0.5) "Command of the tank's valve";
    input Real load(unit="1", start=0.7) "Demand over peak demand of all consumers";
    output HeatReuse.Types.Temperature T_return "Return temperature";
    output HeatReuse.Types.MassFlowRate m_flow "Flow through the pump";
    output HeatReuse.Types.HeatFlowRate Q_flow_unmet "Demand that is not met";
    output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the ground";
  protected
    HeatReuse.Boundaries.PressureInlet inlet "Supply";
    HeatReuse.Boundaries.PressureOutlet outlet "Return";
    HeatReuse.Boundaries.Temperature ground "Ground";
    HeatReuse.Pipes.MixingVolume header(nPorts=lines + 2, V=2, T_start=347.15) "Supply header";
    HeatReuse.Pipes.MixingVolume collector(nPorts=lines + 2, V=2, T_start=317.15) "Return header";
    HeatReuse.Storage.StratifiedTank tank(n={layers}, V=200, height=10, m_flow_nominal=20) "Storage";
    HeatReuse.Valves.EqualPercentageValve valve(m_flow_nominal=20) "Valve of the storage";
    HeatReuse.Pipes.Inertia inertia(L=50, A=0.01, m_flow_start=5) "Branch of the storage";
    HeatReuse.Pumps.Pump pump(m_flow_nominal=3.3*lines, dp_nominal=3e5) "Pump, in the return";
{components}  equation
    inlet.T_in = T_supply;
    ground.T_in = T_ground;
    pump.command = speed;
    valve.command = charging;
    connect(inlet.port, header.ports[1]);
    connect(header.ports[2], tank.port_a);
    connect(tank.port_b, valve.port_a);
    connect(valve.port_b, inertia.port_a);
    connect(inertia.port_b, collector.ports[2]);
    connect(collector.ports[1], pump.port_a);
    connect(pump.heatPort, collector.heatPort);
    connect(pump.port_b, outlet.port);
    connect(tank.heatPort, ground.port);
{equations}    T_return = outlet.T;
    m_flow = outlet.m_flow;
    Q_flow_unmet = {unmet};
    Q_flow_loss = -ground.Q_flow;
  end Plant;
end LargePlant;
"""


_COMPONENT = """\
    Line line_{i}(n={cells}, L={length}, Q_flow_nominal={peak}) "Line {i}";
"""

_EQUATIONS = """\
    connect(header.ports[{port}], line_{i}.port_a);
    connect(line_{i}.port_b, collector.ports[{port}]);
    connect(line_{i}.heatPort, ground.port);
    line_{i}.Q_flow_demand = load*line_{i}.Q_flow_nominal;
"""


def plant(lines: int) -> str:
    """Return the Modelica text of package LargePlant, whose model Plant has 31 states for each line and 17 more.

    The lines are written out one by one: for arrays of components with streams inside the front end runs twice.
    """
    numbers = range(1, lines + 1)
    return _TEXT.format(
        lines=lines,
        layers=_LAYERS,
        components="".join(
            _COMPONENT.format(i=i, cells=_CELLS, length=600 + 10 * i, peak=3e5 + 5e3 * i) for i in numbers
        ),
        equations="".join(_EQUATIONS.format(i=i, port=i + 2) for i in numbers),
        unmet=" + ".join(f"line_{i}.consumer.Q_flow_unmet" for i in numbers),
    )
