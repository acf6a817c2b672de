within HeatReuse.Examples;
model Refrigerants "The same duty with ammonia, R1234ze(E) and R134a while the supply temperature rises"
  output Real COP_R717(unit="1") "COP with ammonia";
  output Real COP_R1234zeE(unit="1") "COP with R1234ze(E)";
  output Real COP_R134a(unit="1") "COP with R134a";
  output HeatReuse.Types.HeatFlowRate Q_flow_R717 "Heat with ammonia";
  output HeatReuse.Types.HeatFlowRate Q_flow_R1234zeE "Heat with R1234ze(E)";
  output HeatReuse.Types.HeatFlowRate Q_flow_R134a "Heat with R134a";
  output HeatReuse.Types.Temperature T_discharge_R717 "Vapour behind the compressor with ammonia";
  output HeatReuse.Types.Temperature T_discharge_R134a "Vapour behind the compressor with R134a";
  output HeatReuse.Types.Temperature T_sink_out_R1234zeE "Heating water behind the machine with R1234ze(E)";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the sources";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with the sinks";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Electricity";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the machine room";
protected
  HeatReuse.HeatPumps.WaterHeatPump ammonia(redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.CycleR717, T_source_nominal=308.15, T_sink_nominal=333.15,
    T_sink_max=373.15) "Machine with ammonia";
  HeatReuse.HeatPumps.WaterHeatPump ze(redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.CycleR1234zeE, T_source_nominal=308.15, T_sink_nominal=333.15,
    T_sink_max=373.15) "Machine with R1234ze(E)";
  HeatReuse.HeatPumps.WaterHeatPump r134a(redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.CycleR134a, T_source_nominal=308.15, T_sink_nominal=333.15,
    T_sink_max=373.15) "Machine with R134a";
  HeatReuse.Tables.TimeTable entering(t={0, 3600, 18000}, y={308.15, 308.15, 368.15}) "Heating water entering";
  HeatReuse.Boundaries.FlowInlet source_inlet[3] "Sources entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet[3] "Sources leaving";
  HeatReuse.Boundaries.FlowInlet sink_inlet[3] "Sinks entering";
  HeatReuse.Boundaries.PressureOutlet sink_outlet[3] "Sinks leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
  HeatReuse.Types.HeatFlowRate H_flow_source[3] "Enthalpy flow into the evaporator";
  HeatReuse.Types.HeatFlowRate H_flow_sink[3] "Enthalpy flow into the condenser";
equation
  ammonia.command = 1;
  ze.command = 1;
  r134a.command = 1;
  for i in 1:3 loop
    source_inlet[i].T_in = 313.15;
    source_inlet[i].m_flow_in = 160;
    sink_inlet[i].T_in = entering.v;
    sink_inlet[i].m_flow_in = 64;
    H_flow_source[i] = source_inlet[i].H_flow + source_outlet[i].H_flow;
    H_flow_sink[i] = sink_inlet[i].H_flow + sink_outlet[i].H_flow;
  end for;
  room.T_in = 298.15;
  connect(source_inlet[1].port, ammonia.port_source_a);
  connect(ammonia.port_source_b, source_outlet[1].port);
  connect(sink_inlet[1].port, ammonia.port_sink_a);
  connect(ammonia.port_sink_b, sink_outlet[1].port);
  connect(source_inlet[2].port, ze.port_source_a);
  connect(ze.port_source_b, source_outlet[2].port);
  connect(sink_inlet[2].port, ze.port_sink_a);
  connect(ze.port_sink_b, sink_outlet[2].port);
  connect(source_inlet[3].port, r134a.port_source_a);
  connect(r134a.port_source_b, source_outlet[3].port);
  connect(sink_inlet[3].port, r134a.port_sink_a);
  connect(r134a.port_sink_b, sink_outlet[3].port);
  connect(ammonia.heatPort_room, room.port);
  connect(ze.heatPort_room, room.port);
  connect(r134a.heatPort_room, room.port);
  COP_R717 = ammonia.COP;
  COP_R1234zeE = ze.COP;
  COP_R134a = r134a.COP;
  Q_flow_R717 = ammonia.Q_flow_condenser;
  Q_flow_R1234zeE = ze.Q_flow_condenser;
  Q_flow_R134a = r134a.Q_flow_condenser;
  T_discharge_R717 = ammonia.T_discharge;
  T_discharge_R134a = r134a.T_discharge;
  T_sink_out_R1234zeE = ze.T_sink_out;
  U = ammonia.U + ze.U + r134a.U;
  der(E_in_source) = sum(H_flow_source);
  der(E_in_sink) = sum(H_flow_sink);
  der(E_in_electric) = ammonia.P_el + ze.P_el + r134a.P_el;
  der(E_in_room) = room.Q_flow;
  annotation (experiment(StopTime=18000, Interval=30, Tolerance=1e-6), Documentation(info="<html>
<p>Three machines of 4 MW (at 35/60 degC) with a source of 40 degC. The entering heating water rises from 35 to 95 degC in four hours. Ammonia has the best COP and the
hottest vapour: from about 70 degC of sink the limit of 150 degC at its compressor throttles the machine. R134a fades from 73 degC on, where it comes close to its condensing limit of 80 degC.
R1234ze(E) goes on to sinks of 90 degC, with less heat from the same compressor and the COP of a large lift. Where a machine
gives no heat any more, COP and vapour temperature are those that it would have at these temperatures.</p></html>"));
end Refrigerants;
