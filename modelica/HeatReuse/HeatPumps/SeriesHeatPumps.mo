within HeatReuse.HeatPumps;
model SeriesHeatPumps "Heat pumps whose condensers follow each other: each lifts a part"
  replaceable package MediumSource = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the source";
  replaceable package MediumSink = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the sink";
  replaceable model MachinePerformance = HeatReuse.HeatPumps.Performance.Correlation constrainedby HeatReuse.HeatPumps.Performance.PartialPerformance "Heat output, COP and envelope of a machine";
  parameter Integer n(min=1) = 3 "Number of machines";
  parameter Boolean counterflow = true "Source in series through the machines, the hottest sink first; false: source in parallel";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 4e6 "Heat output of a machine at full capacity and its nominal temperatures";
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Leaving temperature of the source at the nominal point";
  parameter HeatReuse.Types.TemperatureDifference dT_source_nominal = 10 "Cooling of the source in all machines at the nominal point";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Leaving temperature of the sink at the nominal point";
  parameter HeatReuse.Types.TemperatureDifference dT_sink_nominal = 30 "Rise of the sink in all machines at the nominal point";
  parameter HeatReuse.Types.CorrelationCOP correlation = HeatReuse.Types.CorrelationCOP.Jesper "Correlation of the coefficient of performance, where the performance uses one";
  parameter HeatReuse.Types.Fraction COP_factor = 1 "Factor on the COP";
  parameter HeatReuse.Types.Temperature T_sink_max = 358.15 "Highest sink leaving temperature of a machine";
  parameter HeatReuse.Types.Temperature T_source_min = 281.15 "Lowest source leaving temperature of a machine";
  parameter HeatReuse.Types.Fraction capacity_min = 0.3 "Lowest capacity of a running machine";
  parameter HeatReuse.Types.Time T_ramp_up = 600 "Time of a machine from zero to full capacity";
  parameter HeatReuse.Types.Time T_ramp_down = 120 "Time of a machine from full capacity to zero";
  parameter HeatReuse.Types.Power P_standby = 5e3 "Standby power of one machine";
  parameter HeatReuse.Types.ThermalConductance UA_room = 0 "Conductance from one machine to the machine room";
  parameter HeatReuse.Types.Fraction capacity_start = 1 "Initial capacity of all machines";
  parameter HeatReuse.Types.MassFlowRate m_flow_source_nominal = 239 "Nominal source flow";
  parameter HeatReuse.Types.MassFlowRate m_flow_sink_nominal = 96 "Nominal sink flow";
  parameter HeatReuse.Types.PressureDifference dp_source_nominal = 0 "Nominal pressure drop of all evaporators in the path of the source";
  parameter HeatReuse.Types.PressureDifference dp_sink_nominal = 9e4 "Nominal pressure drop of all condensers";
  HeatReuse.Interfaces.RealInput command[n](each unit="1") "Commanded capacity, per machine; the sink passes machine 1 first";
  HeatReuse.Interfaces.FluidPort_a port_source_a "Source inlet";
  HeatReuse.Interfaces.FluidPort_b port_source_b "Source outlet";
  HeatReuse.Interfaces.FluidPort_a port_sink_a "Sink inlet";
  HeatReuse.Interfaces.FluidPort_b port_sink_b "Sink outlet";
  HeatReuse.Interfaces.HeatPort heatPort_room "Machine room";
  HeatReuse.HeatPumps.HeatPump machine[n](redeclare each model PerformanceModel = MachinePerformance,
    redeclare each package MediumSource = MediumSource, redeclare each package MediumSink = MediumSink, each UA_room=UA_room,
    each Q_flow_nominal=Q_flow_nominal, T_source_nominal={T_source_nominal + (if counterflow then (i - 1)*dT_source_nominal/n else 0) for i in 1:n},
    T_sink_nominal={T_sink_nominal - (n - i)*dT_sink_nominal/n for i in 1:n},
    each correlation=correlation, each COP_factor=COP_factor, each T_sink_max=T_sink_max, each T_source_min=T_source_min, each capacity_min=capacity_min,
    each T_ramp_up=T_ramp_up, each T_ramp_down=T_ramp_down, each P_standby=P_standby, each capacity_start=capacity_start,
    each V_evaporator=1.5*Q_flow_nominal/4e6, each V_condenser=1.0*Q_flow_nominal/4e6,
    each C_evaporator=1.5e6*Q_flow_nominal/4e6, each C_condenser=1.5e6*Q_flow_nominal/4e6) "Heat pumps, in the order of the sink";
  HeatReuse.Types.MassFlowRate m_flow_sink "Sink flow";
  HeatReuse.Types.MassFlowRate m_flow_source "Source flow";
  HeatReuse.Types.Fraction capacity[n] "Capacity reached, per machine";
  HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat given to the condensers";
  HeatReuse.Types.HeatFlowRate Q_flow_room "Heat to the machine room";
  HeatReuse.Types.Power P_compressor "Electric power of the compressors";
  HeatReuse.Types.Power P_el "Electric power with standby";
  HeatReuse.Types.Fraction derating "Share of the capacity that the envelope leaves, 1 free";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Types.Temperature T_source_outside_a "Source beyond port_source_a";
  HeatReuse.Types.Temperature T_source_outside_b "Source beyond port_source_b";
  HeatReuse.Types.Temperature T_sink_path[n + 2] "Sink along its path, with those beyond the ports";
  HeatReuse.Types.Temperature T_source_path[n + 2] "Source along its path against that of the sink, with those beyond the ports";
  HeatReuse.Types.SpecificEnthalpy h_source[n] "Enthalpy of the source in the evaporator, per machine";
  HeatReuse.Types.HeatFlowRate Q_machine[n] "Heat given to the condenser, per machine";
  HeatReuse.Types.HeatFlowRate Q_machine_room[n] "Heat to the machine room, per machine";
  HeatReuse.Types.Power P_machine[n] "Electric power, per machine";
  HeatReuse.Types.Power P_machine_in[n] "Electric power of the compressor, per machine";
  HeatReuse.Types.Fraction free[n] "Capacity times derating, per machine";
  HeatReuse.Types.Energy U_machine[n] "Internal energy, per machine";
equation
  T_source_outside_a = MediumSource.temperature(inStream(port_source_a.h_outflow));
  T_source_outside_b = MediumSource.temperature(inStream(port_source_b.h_outflow));
  T_sink_path[1] = MediumSink.temperature(inStream(port_sink_a.h_outflow));
  T_sink_path[n + 2] = MediumSink.temperature(inStream(port_sink_b.h_outflow));
  T_source_path[1] = T_source_outside_b;
  T_source_path[n + 2] = T_source_outside_a;
  for i in 1:n loop
    T_sink_path[i + 1] = machine[i].T_sink_out;
    T_source_path[i + 1] = machine[i].T_source_out;
    h_source[i] = MediumSource.enthalpy(machine[i].T_source_out);
    machine[i].command = command[i];
    machine[i].m_flow_sink = m_flow_sink;
    machine[i].T_sink_a = T_sink_path[i];
    machine[i].T_sink_b = T_sink_path[i + 2];
    machine[i].m_flow_source = if counterflow then m_flow_source else m_flow_source/n;
    machine[i].T_source_a = if counterflow then T_source_path[i + 2] else T_source_outside_a;
    machine[i].T_source_b = if counterflow then T_source_path[i] else T_source_outside_b;
    machine[i].Q_flow_desuperheater = 0;
    machine[i].T_room = heatPort_room.T;
    capacity[i] = machine[i].capacity;
    Q_machine[i] = machine[i].Q_flow_condenser;
    Q_machine_room[i] = machine[i].Q_flow_room;
    P_machine[i] = machine[i].P_el;
    P_machine_in[i] = machine[i].P_compressor;
    free[i] = machine[i].capacity*machine[i].derating;
    U_machine[i] = machine[i].U;
  end for;
  m_flow_source = port_source_a.m_flow;
  port_source_a.m_flow + port_source_b.m_flow = 0;
  port_source_a.p - port_source_b.p = dp_source_nominal/m_flow_source_nominal^2*HeatReuse.Utilities.quadratic(m_flow_source, 0.01*m_flow_source_nominal);
  port_source_a.h_outflow = if counterflow then h_source[n] else sum(h_source)/n;
  port_source_b.h_outflow = if counterflow then h_source[1] else sum(h_source)/n;
  m_flow_sink = port_sink_a.m_flow;
  port_sink_a.m_flow + port_sink_b.m_flow = 0;
  port_sink_a.p - port_sink_b.p = dp_sink_nominal/m_flow_sink_nominal^2*HeatReuse.Utilities.quadratic(m_flow_sink, 0.01*m_flow_sink_nominal);
  port_sink_a.h_outflow = MediumSink.enthalpy(machine[1].T_sink_out);
  port_sink_b.h_outflow = MediumSink.enthalpy(machine[n].T_sink_out);
  Q_flow_condenser = sum(Q_machine);
  P_compressor = sum(P_machine_in);
  P_el = sum(P_machine);
  Q_flow_room = sum(Q_machine_room);
  heatPort_room.Q_flow = -Q_flow_room;
  derating = (sum(free) + 1e-3)/(sum(capacity) + 1e-3);
  U = sum(U_machine);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Sink: one flow through machines 1 to n; the inlet of machine i is the outlet of machine i - 1. Source with counterflow: one flow through machines n to 1, so the hottest sink meets the warmest source;
otherwise m_source/n through each. Pressure drops dp = dp_nominal (m/m_nominal)<sup>2</sup>, linear below 1 % of the nominal flow. derating is the mean of the machines weighted with their capacity. The
machines are <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>, each sized for its own part: sink leaving T_sink_nominal - (n - i) dT_sink_nominal/n, source leaving
T_source_nominal + (i - 1) dT_source_nominal/n.</p>
<h4>Assumptions</h4>
<p>Machines of equal heat output. Water passes machines at rest at full flow (no bypass). In counterflow and with equal shares the lifts of the machines are equal and smaller than that of one machine for
the whole rise; the gain of COP over machines in parallel follows from that. The pipes between the machines have no volume of their own.</p>
<h4>Source</h4>
<p>First principles: energy balances; the series connection is that of large plants, for example three machines in series at Drammen (Norway).</p></html>"));
end SeriesHeatPumps;
