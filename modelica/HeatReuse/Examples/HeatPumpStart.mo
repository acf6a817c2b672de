within HeatReuse.Examples;
model HeatPumpStart "Cold start and stop of a heat pump with a map"
  output HeatReuse.Types.Temperature T_source_out "Source leaving temperature";
  output HeatReuse.Types.Temperature T_sink_out "Sink leaving temperature";
  output Real COP(unit="1") "Heat over electric power with standby";
  output HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat of the machine";
  output HeatReuse.Types.Power P_el "Electric power";
  output Real command(unit="1") "Command";
  output Real capacity(unit="1") "Capacity reached";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the source";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with the sink";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Electricity";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the machine room, negative for a loss";
protected
  HeatReuse.HeatPumps.WaterHeatPump machine(redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.Map, capacity_start=0, T_source_start=303.15,
    T_sink_start=308.15) "Heat pump";
  HeatReuse.Tables.TimeTable commands(t={0, 600, 605, 5400, 5405, 7200}, y={0, 0, 1, 1, 0, 0}) "Command";
  HeatReuse.Boundaries.FlowInlet source_inlet "Source entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet "Source leaving";
  HeatReuse.Boundaries.FlowInlet sink_inlet "Sink entering";
  HeatReuse.Boundaries.PressureOutlet sink_outlet "Sink leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
equation
  machine.command = commands.v;
  source_inlet.T_in = 313.15;
  source_inlet.m_flow_in = 80;
  sink_inlet.T_in = 318.15;
  sink_inlet.m_flow_in = 32;
  room.T_in = 298.15;
  connect(source_inlet.port, machine.port_source_a);
  connect(machine.port_source_b, source_outlet.port);
  connect(sink_inlet.port, machine.port_sink_a);
  connect(machine.port_sink_b, sink_outlet.port);
  connect(machine.heatPort_room, room.port);
  T_source_out = machine.T_source_out;
  T_sink_out = machine.T_sink_out;
  COP = machine.Q_flow_condenser/machine.P_el;
  Q_flow_condenser = machine.Q_flow_condenser;
  P_el = machine.P_el;
  command = commands.v;
  capacity = machine.capacity;
  U = machine.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_sink) = sink_inlet.H_flow + sink_outlet.H_flow;
  der(E_in_electric) = machine.P_el;
  der(E_in_room) = room.Q_flow;
  annotation (experiment(StopTime=7200, Interval=10, Tolerance=1e-6), Documentation(info="<html>
<p>A machine of 4 MW starts at 600 s and stops at 5400 s. See how the capacity rises within ten minutes whatever the command asks, how the COP falls while the sink warms up, and that after the stop the water
of the condenser still leaves warm for three minutes.</p></html>"));
end HeatPumpStart;
