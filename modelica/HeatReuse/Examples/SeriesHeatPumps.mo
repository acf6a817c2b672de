within HeatReuse.Examples;
model SeriesHeatPumps "Three machines in series share the lift, three in parallel do not"
  output Real COP_series(unit="1") "COP of the train in series, source in counterflow";
  output Real COP_parallel(unit="1") "COP of the same machines in parallel";
  output HeatReuse.Types.Temperature T_sink_out_series "Heating water behind the machines in series";
  output HeatReuse.Types.Temperature T_sink_out_parallel "Heating water behind the machines in parallel";
  output HeatReuse.Types.Temperature T_between[2] "Heating water between the machines in series";
  output HeatReuse.Types.Power P_series "Electric power of the machines in series";
  output HeatReuse.Types.Power P_parallel "Electric power of the machines in parallel";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with both sources";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with both sinks and their pumps";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Electricity";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the machine rooms";
protected
  HeatReuse.HeatPumps.SeriesHeatPumps series(n=3) "Machines in series";
  HeatReuse.HeatPumps.WaterHeatPump single(Q_flow_nominal=12e6, UA_room=0, P_standby=15e3) "Machines in parallel: like one of three times the size";
  HeatReuse.Tables.TimeTable commands(t={0, 3600, 3605}, y={1, 1, 0}) "Command of the middle machine";
  HeatReuse.Tables.TimeTable flows(t={0, 7200, 7260}, y={96, 96, 70}) "Flow of heating water";
  HeatReuse.Boundaries.FlowInlet source_inlet[2] "Sources entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet[2] "Sources leaving";
  HeatReuse.Boundaries.FlowInlet sink_inlet[2] "Sinks entering";
  HeatReuse.Boundaries.PressureOutlet sink_outlet[2] "Sinks leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
equation
  series.command[1] = 1;
  series.command[2] = commands.v;
  series.command[3] = 1;
  single.command = (2 + commands.v)/3;
  for i in 1:2 loop
    source_inlet[i].T_in = 313.15;
    source_inlet[i].m_flow_in = 239;
    sink_inlet[i].T_in = 318.15;
    sink_inlet[i].m_flow_in = flows.v;
  end for;
  room.T_in = 298.15;
  connect(source_inlet[1].port, series.port_source_a);
  connect(series.port_source_b, source_outlet[1].port);
  connect(sink_inlet[1].port, series.port_sink_a);
  connect(series.port_sink_b, sink_outlet[1].port);
  connect(source_inlet[2].port, single.port_source_a);
  connect(single.port_source_b, source_outlet[2].port);
  connect(sink_inlet[2].port, single.port_sink_a);
  connect(single.port_sink_b, sink_outlet[2].port);
  connect(series.heatPort_room, room.port);
  connect(single.heatPort_room, room.port);
  COP_series = series.Q_flow_condenser/series.P_compressor;
  COP_parallel = single.COP;
  T_sink_out_series = sink_outlet[1].T;
  T_sink_out_parallel = sink_outlet[2].T;
  T_between[1] = series.machine[1].T_sink_out;
  T_between[2] = series.machine[2].T_sink_out;
  P_series = series.P_el;
  P_parallel = single.P_el;
  U = series.U + single.U;
  der(E_in_source) = source_inlet[1].H_flow + source_outlet[1].H_flow + source_inlet[2].H_flow + source_outlet[2].H_flow;
  der(E_in_sink) = sink_inlet[1].H_flow + sink_outlet[1].H_flow + sink_inlet[2].H_flow + sink_outlet[2].H_flow;
  der(E_in_electric) = series.P_el + single.P_el;
  der(E_in_room) = room.Q_flow;
  annotation (experiment(StopTime=10800, Interval=20, Tolerance=1e-6), Documentation(info="<html>
<p>12 MW lift heating water from 45 to 75 degC with a source of 40 degC, once by three machines in series with the source in counterflow, once in parallel. In series only the last machine works against
75 degC, so the train needs a seventh less electricity for the same heat. At one hour the middle machine stops: the water passes it, and the supply drops by a third of the rise. At two hours the flow
falls.</p></html>"));
end SeriesHeatPumps;
