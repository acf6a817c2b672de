within HeatReuse.Examples;
model Desuperheater "A heat pump gives a part of its heat hotter than the rest"
  output HeatReuse.Types.Temperature T_sink_out "Heating water";
  output HeatReuse.Types.Temperature T_hot_out "Hot water of the desuperheater";
  output HeatReuse.Types.Temperature T_discharge "Vapour behind the compressor";
  output HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat of the machine";
  output HeatReuse.Types.HeatFlowRate Q_flow_hot "Heat of the desuperheater";
  output HeatReuse.Types.MassFlowRate m_flow_hot "Hot water flow";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the source";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with the sink";
  output HeatReuse.Types.Energy E_in_hot(start=0, fixed=true) "Energy taken in with the hot water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Electricity";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the machine room";
protected
  HeatReuse.HeatPumps.DesuperheaterHeatPump machine(redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.CycleR717, T_source_nominal=303.15,
    T_sink_nominal=333.15, capacity_start=0, T_source_start=308.15, T_sink_start=313.15) "Heat pump with ammonia";
  HeatReuse.Tables.TimeTable hot_flow(t={0, 5400, 5460, 9000, 9060}, y={4, 4, 1.5, 1.5, 0}) "Hot water flow";
  HeatReuse.Tables.TimeTable command(t={0, 300, 305, 12600, 12605}, y={0, 0, 1, 1, 0}) "Command";
  HeatReuse.Boundaries.FlowInlet source_inlet "Source entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet "Source leaving";
  HeatReuse.Boundaries.FlowInlet sink_inlet "Sink entering";
  HeatReuse.Boundaries.PressureOutlet sink_outlet "Sink leaving";
  HeatReuse.Boundaries.FlowInlet hot_inlet "Hot water entering";
  HeatReuse.Boundaries.PressureOutlet hot_outlet "Hot water leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
equation
  machine.command = command.v;
  source_inlet.T_in = 310.15;
  source_inlet.m_flow_in = 100;
  sink_inlet.T_in = 313.15;
  sink_inlet.m_flow_in = 48;
  hot_inlet.T_in = 333.15;
  hot_inlet.m_flow_in = hot_flow.v;
  room.T_in = 298.15;
  connect(source_inlet.port, machine.port_source_a);
  connect(machine.port_source_b, source_outlet.port);
  connect(sink_inlet.port, machine.port_sink_a);
  connect(machine.port_sink_b, sink_outlet.port);
  connect(hot_inlet.port, machine.port_hot_a);
  connect(machine.port_hot_b, hot_outlet.port);
  connect(machine.heatPort_room, room.port);
  T_sink_out = machine.T_sink_out;
  T_hot_out = machine.T_hot_out;
  T_discharge = machine.T_discharge;
  Q_flow_condenser = machine.Q_flow_condenser;
  Q_flow_hot = machine.Q_flow_hot;
  m_flow_hot = hot_flow.v;
  U = machine.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_sink) = sink_inlet.H_flow + sink_outlet.H_flow;
  der(E_in_hot) = hot_inlet.H_flow + hot_outlet.H_flow;
  der(E_in_electric) = machine.P_el;
  der(E_in_room) = room.Q_flow;
  annotation (experiment(StopTime=14400, Interval=20, Tolerance=1e-6), Documentation(info="<html>
<p>Heating water leaves at 60 degC; from the hot vapour of the ammonia another stream of 60 degC is heated further. With less flow the hot water gets hotter and the heat smaller; without flow it comes up to
its limit of 105 degC, where a bypass opens. The sum of condenser and desuperheater stays that of the machine.</p></html>"));
end Desuperheater;
