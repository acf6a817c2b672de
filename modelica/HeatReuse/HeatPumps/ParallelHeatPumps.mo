within HeatReuse.HeatPumps;
model ParallelHeatPumps "Bank of equal heat pumps in parallel with isolation valves and pipes"
  replaceable package MediumSource = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the source";
  replaceable package MediumSink = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the sink";
  replaceable model MachinePerformance = HeatReuse.HeatPumps.Performance.Correlation constrainedby HeatReuse.HeatPumps.Performance.PartialPerformance "Heat output, COP and envelope of a machine";
  parameter Integer n(min=1) = 3 "Number of machines";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 4e6 "Heat output of a machine at full capacity and nominal temperatures";
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Source leaving temperature at the nominal point";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Sink leaving temperature at the nominal point";
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
  parameter HeatReuse.Types.MassFlowRate m_flow_sink_nominal = 32 "Nominal sink flow of a machine";
  parameter HeatReuse.Types.PressureDifference dp_machine_nominal = 5e4 "Nominal pressure drop of a condenser";
  parameter HeatReuse.Types.PressureDifference dp_valve_nominal = 6e3 "Nominal pressure drop of an open isolation valve";
  parameter HeatReuse.Types.Fraction leakage = 1e-3 "Flow coefficient of a closed isolation valve relative to the open one";
  parameter Real inertance(unit="1/m") = 2000 "Length over cross section of a condenser branch";
  parameter HeatReuse.Types.Volume V_source_outlet = 10 "Volume of the source pipe behind the machines";
  parameter HeatReuse.Types.Volume V_sink_inlet = 2 "Volume of the sink header before the machines";
  parameter HeatReuse.Types.Volume V_sink_outlet = 4 "Volume of the sink pipe behind the machines";
  parameter HeatReuse.Types.Temperature T_sink_in_start = 318.15 "Initial temperature of the sink header before the machines";
  HeatReuse.Interfaces.RealInput command[n](each unit="1") "Commanded capacity, per machine";
  HeatReuse.Interfaces.FluidPort_a port_source_a "Source inlet";
  HeatReuse.Interfaces.FluidPort_b port_source_b "Source outlet";
  HeatReuse.Interfaces.FluidPort_a port_sink_a "Sink inlet";
  HeatReuse.Interfaces.FluidPort_b port_sink_b "Sink outlet";
  HeatReuse.Interfaces.HeatPort heatPort "Heat into the sink header, for the pump";
  HeatReuse.Interfaces.HeatPort heatPort_room "Machine room";
  HeatReuse.HeatPumps.HeatPump machine[n](redeclare each model PerformanceModel = MachinePerformance,
    redeclare each package MediumSource = MediumSource, redeclare each package MediumSink = MediumSink, each UA_room=UA_room,
    each Q_flow_nominal=Q_flow_nominal, each T_source_nominal=T_source_nominal, each T_sink_nominal=T_sink_nominal, each correlation=correlation, each COP_factor=COP_factor, each T_sink_max=T_sink_max,
    each T_source_min=T_source_min, each capacity_min=capacity_min,
    each T_ramp_up=T_ramp_up, each T_ramp_down=T_ramp_down, each P_standby=P_standby, each capacity_start=capacity_start,
    each V_evaporator=1.5*Q_flow_nominal/4e6, each V_condenser=1.0*Q_flow_nominal/4e6,
    each C_evaporator=1.5e6*Q_flow_nominal/4e6, each C_condenser=1.5e6*Q_flow_nominal/4e6) "Heat pumps";
  HeatReuse.Types.MassFlowRate m_flow_sink[n](each start=m_flow_sink_nominal, each fixed=true) "Sink flow, per machine";
  HeatReuse.Types.MassFlowRate m_flow_source[n] "Source flow, per machine";
  HeatReuse.Types.Temperature T_source_outlet(start=T_source_nominal, fixed=true) "Source pipe behind the machines";
  HeatReuse.Types.Temperature T_sink_inlet(start=T_sink_in_start, fixed=true) "Sink header before the machines";
  HeatReuse.Types.Temperature T_sink_outlet(start=T_sink_nominal, fixed=true) "Sink pipe behind the machines";
  HeatReuse.Types.Fraction capacity[n] "Capacity reached, per machine";
  HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat given to the condensers";
  HeatReuse.Types.Power P_compressor "Electric power of the compressors";
  HeatReuse.Types.HeatFlowRate Q_flow_room "Heat to the machine room";
  HeatReuse.Types.Power P_el "Electric power with standby";
  HeatReuse.Types.Fraction derating "Share of the capacity that the envelope leaves, 1 free";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter Real mass_source_outlet(final unit="kg") = V_source_outlet*MediumSource.density(T_source_nominal) "Water in the source pipe";
  parameter Real mass_sink_inlet(final unit="kg") = V_sink_inlet*MediumSink.density(T_sink_in_start) "Water in the sink header";
  parameter Real mass_sink_outlet(final unit="kg") = V_sink_outlet*MediumSink.density(T_sink_nominal) "Water in the sink pipe";
  HeatReuse.Types.Fraction weight[n] "Share of the source flow before normalisation, per machine";
  HeatReuse.Types.Fraction phi[n] "Flow coefficient of the isolation valve, per machine";
  HeatReuse.Types.SpecificEnthalpy h_source_back[n] "Weighted enthalpy that leaves when the source flow reverses, per machine";
  HeatReuse.Types.HeatFlowRate H_source_b[n] "Enthalpy flow from machine to source pipe, per machine";
  HeatReuse.Types.HeatFlowRate H_sink_a[n] "Enthalpy flow from sink header to machine, per machine";
  HeatReuse.Types.HeatFlowRate H_sink_b[n] "Enthalpy flow from machine to sink pipe, per machine";
  HeatReuse.Types.HeatFlowRate Q_machine[n] "Heat given to the condenser, per machine";
  HeatReuse.Types.Power P_machine[n] "Electric power, per machine";
  HeatReuse.Types.Power P_machine_in[n] "Electric power of the compressor, per machine";
  HeatReuse.Types.HeatFlowRate Q_machine_room[n] "Heat to the machine room, per machine";
  HeatReuse.Types.Fraction free[n] "Capacity times derating, per machine";
  HeatReuse.Types.Energy U_machine[n] "Internal energy, per machine";
equation
  for i in 1:n loop
    machine[i].command = command[i];
    capacity[i] = machine[i].capacity;
    // source: the open machines share the flow
    weight[i] = leakage + noEvent(max(machine[i].valve, 0));
    m_flow_source[i] = port_source_a.m_flow*weight[i]/sum(weight);
    machine[i].m_flow_source = m_flow_source[i];
    machine[i].T_source_a = MediumSource.temperature(inStream(port_source_a.h_outflow));
    machine[i].T_source_b = T_source_outlet;
    h_source_back[i] = weight[i]/sum(weight)*MediumSource.enthalpy(machine[i].T_source_out);
    H_source_b[i] = machine[i].H_flow_source_b;
    // sink: one branch for each machine
    phi[i] = leakage + (1 - leakage)*HeatReuse.Utilities.clip(machine[i].valve, 0, 1)^2;
    inertance*der(m_flow_sink[i]) = port_sink_a.p - port_sink_b.p
      - dp_machine_nominal/m_flow_sink_nominal^2*HeatReuse.Utilities.quadratic(m_flow_sink[i], 0.01*m_flow_sink_nominal)
      - dp_valve_nominal/m_flow_sink_nominal^2*HeatReuse.Utilities.quadratic(m_flow_sink[i], 0.01*m_flow_sink_nominal*phi[i])/phi[i]^2;
    machine[i].m_flow_sink = m_flow_sink[i];
    machine[i].T_sink_a = T_sink_inlet;
    machine[i].T_sink_b = T_sink_outlet;
    H_sink_a[i] = machine[i].H_flow_sink_a;
    H_sink_b[i] = machine[i].H_flow_sink_b;
    Q_machine[i] = machine[i].Q_flow_condenser;
    P_machine[i] = machine[i].P_el;
    P_machine_in[i] = machine[i].P_compressor;
    machine[i].Q_flow_desuperheater = 0;
    machine[i].T_room = heatPort_room.T;
    Q_machine_room[i] = machine[i].Q_flow_room;
    free[i] = machine[i].capacity*machine[i].derating;
    U_machine[i] = machine[i].U;
  end for;
  port_source_a.m_flow + port_source_b.m_flow = 0;
  port_source_a.p = port_source_b.p;
  port_source_a.h_outflow = sum(h_source_back);
  port_source_b.h_outflow = MediumSource.enthalpy(T_source_outlet);
  mass_source_outlet*MediumSource.specificHeatCapacity(T_source_outlet)*der(T_source_outlet) = sum(H_source_b)
    + noEvent(if port_source_b.m_flow > 0 then port_source_b.m_flow*inStream(port_source_b.h_outflow) else port_source_b.m_flow*port_source_b.h_outflow);
  port_sink_a.m_flow = sum(m_flow_sink);
  port_sink_b.m_flow = -sum(m_flow_sink);
  port_sink_a.h_outflow = MediumSink.enthalpy(T_sink_inlet);
  port_sink_b.h_outflow = MediumSink.enthalpy(T_sink_outlet);
  mass_sink_inlet*MediumSink.specificHeatCapacity(T_sink_inlet)*der(T_sink_inlet) = -sum(H_sink_a) + heatPort.Q_flow
    + noEvent(if port_sink_a.m_flow > 0 then port_sink_a.m_flow*inStream(port_sink_a.h_outflow) else port_sink_a.m_flow*port_sink_a.h_outflow);
  heatPort.T = T_sink_inlet;
  mass_sink_outlet*MediumSink.specificHeatCapacity(T_sink_outlet)*der(T_sink_outlet) = sum(H_sink_b)
    + noEvent(if port_sink_b.m_flow > 0 then port_sink_b.m_flow*inStream(port_sink_b.h_outflow) else port_sink_b.m_flow*port_sink_b.h_outflow);
  Q_flow_condenser = sum(Q_machine);
  P_compressor = sum(P_machine_in);
  P_el = sum(P_machine);
  Q_flow_room = sum(Q_machine_room);
  heatPort_room.Q_flow = -Q_flow_room;
  derating = (sum(free) + 1e-3)/(sum(capacity) + 1e-3);
  U = sum(U_machine) + mass_source_outlet*MediumSource.enthalpy(T_source_outlet) + mass_sink_inlet*MediumSink.enthalpy(T_sink_inlet)
    + mass_sink_outlet*MediumSink.enthalpy(T_sink_outlet);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Source side: m_i = m w_i/sum(w) with w_i = valve_i + leakage. Sink side: L/A dm_i/dt = dp - dp_machine (m_i/m_nominal)<sup>2</sup> - dp_valve (m_i/(phi_i m_nominal))<sup>2</sup> with
phi_i = leakage + (1 - leakage) valve_i<sup>2</sup>. Volumes before the condensers, behind them, and behind the evaporators: M cp dT/dt = sum of enthalpy flows (+ heat of the pump in the sink header).
derating is the mean of the machines weighted with their capacity. The machines are <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>.</p>
<h4>Assumptions</h4>
<p>Equal machines. Balanced branches without pressure drop on the source side (the hall's pump carries it); with all valves closed the source flow is shared equally, which stands for the bypass of a plant at rest.
Butterfly valves with a quadratic characteristic. For machines in series see <a href=\"modelica://HeatReuse.HeatPumps.SeriesHeatPumps\">SeriesHeatPumps</a>.</p>
<h4>Source</h4>
<p>First principles: momentum of the liquid in a branch, mixing, energy balances.</p></html>"));
end ParallelHeatPumps;
