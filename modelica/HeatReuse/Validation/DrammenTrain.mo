within HeatReuse.Validation;
model DrammenTrain "Three ammonia machines in series between fjord water and a network of 90 degC"
  output Real COP(unit="1") "Heat of the condensers over power of the compressors";
  output HeatReuse.Types.Temperature T_sink_out "Network water leaving";
  output HeatReuse.Types.Temperature T_source_out "Fjord water leaving";
  output HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the fjord water";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with the network water";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Electricity";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the machine room";
protected
  HeatReuse.HeatPumps.SeriesHeatPumps train(redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.Map, n=3, Q_flow_nominal=13.2e6/3,
    T_source_nominal=277.15, dT_source_nominal=4, T_sink_nominal=363.15, dT_sink_nominal=30, T_sink_max=371.15, T_source_min=268.15, m_flow_source_nominal=530,
    m_flow_sink_nominal=105) "Machines";
  HeatReuse.Boundaries.FlowInlet source_inlet "Fjord water entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet "Fjord water leaving";
  HeatReuse.Boundaries.FlowInlet sink_inlet "Network water entering";
  HeatReuse.Boundaries.PressureOutlet sink_outlet "Network water leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
equation
  train.command = {1, 1, 1};
  source_inlet.T_in = 281.15;
  source_inlet.m_flow_in = 530;
  sink_inlet.T_in = 333.15;
  sink_inlet.m_flow_in = 105;
  room.T_in = 293.15;
  connect(source_inlet.port, train.port_source_a);
  connect(train.port_source_b, source_outlet.port);
  connect(sink_inlet.port, train.port_sink_a);
  connect(train.port_sink_b, sink_outlet.port);
  connect(train.heatPort_room, room.port);
  COP = train.Q_flow_condenser/(train.P_compressor + 1);
  T_sink_out = sink_outlet.T;
  T_source_out = source_outlet.T;
  Q_flow_condenser = train.Q_flow_condenser;
  U = train.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_sink) = sink_inlet.H_flow + sink_outlet.H_flow;
  der(E_in_electric) = train.P_el;
  der(E_in_room) = room.Q_flow;
  annotation (experiment(StopTime=7200, Interval=60, Tolerance=1e-6), Documentation(info="<html>
<p>Compared with the published COP of the plant at Drammen (Norway): 13.2 MW from fjord water of 8 degC to a network of 90 degC.</p></html>"));
end DrammenTrain;
