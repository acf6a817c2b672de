within HeatReuse.HeatPumps;
partial model PartialWaterHeatPump "Heat pump with fluid ports; what a desuperheater takes and the energy stored are left open"
  replaceable package MediumSource = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the source";
  replaceable package MediumSink = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the sink";
  replaceable model MachinePerformance = HeatReuse.HeatPumps.Performance.Correlation constrainedby HeatReuse.HeatPumps.Performance.PartialPerformance "Heat output, COP and envelope";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 4e6 "Heat output at full capacity and nominal temperatures";
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Source leaving temperature at which the nominal output holds";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Sink leaving temperature at which the nominal output holds";
  parameter HeatReuse.Types.CorrelationCOP correlation = HeatReuse.Types.CorrelationCOP.Jesper "Correlation of the coefficient of performance, where the performance uses one";
  parameter HeatReuse.Types.Fraction COP_factor = 1 "Factor on the COP";
  parameter HeatReuse.Types.Temperature T_sink_max = 358.15 "Highest sink leaving temperature";
  parameter HeatReuse.Types.Temperature T_source_min = 281.15 "Lowest source leaving temperature";
  parameter HeatReuse.Types.Temperature T_source_max = 343.15 "Highest source leaving temperature";
  parameter HeatReuse.Types.Fraction capacity_min = 0.3 "Lowest capacity while running";
  parameter HeatReuse.Types.Time T_ramp_up = 600 "Time from zero to full capacity";
  parameter HeatReuse.Types.Time T_ramp_down = 120 "Time from full capacity to zero";
  parameter HeatReuse.Types.Power P_standby = 5e3*Q_flow_nominal/4e6 "Standby power";
  parameter HeatReuse.Types.ThermalConductance UA_room = 300*Q_flow_nominal/4e6 "Conductance from condenser and casing to the machine room";
  parameter HeatReuse.Types.Fraction capacity_start = 1 "Initial capacity";
  parameter HeatReuse.Types.Temperature T_source_start = T_source_nominal "Initial temperature of the evaporator";
  parameter HeatReuse.Types.Temperature T_sink_start = T_sink_nominal "Initial temperature of the condenser";
  parameter HeatReuse.Types.Volume V_evaporator = 1.5*Q_flow_nominal/4e6 "Water volume of the evaporator";
  parameter HeatReuse.Types.Volume V_condenser = 1.0*Q_flow_nominal/4e6 "Water volume of the condenser";
  parameter HeatReuse.Types.HeatCapacity C_evaporator = 1.5e6*Q_flow_nominal/4e6 "Heat capacity of metal and refrigerant on the source side";
  parameter HeatReuse.Types.HeatCapacity C_condenser = 1.5e6*Q_flow_nominal/4e6 "Heat capacity of metal and refrigerant on the sink side";
  parameter HeatReuse.Types.MassFlowRate m_flow_source_nominal = 80*Q_flow_nominal/4e6 "Nominal source flow";
  parameter HeatReuse.Types.MassFlowRate m_flow_sink_nominal = 32*Q_flow_nominal/4e6 "Nominal sink flow";
  parameter HeatReuse.Types.PressureDifference dp_source_nominal = 3e4 "Nominal pressure drop of the evaporator";
  parameter HeatReuse.Types.PressureDifference dp_sink_nominal = 5e4 "Nominal pressure drop of the condenser";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded capacity, 0 off, otherwise capacity_min..1";
  HeatReuse.Interfaces.FluidPort_a port_source_a "Source inlet";
  HeatReuse.Interfaces.FluidPort_b port_source_b "Source outlet";
  HeatReuse.Interfaces.FluidPort_a port_sink_a "Sink inlet";
  HeatReuse.Interfaces.FluidPort_b port_sink_b "Sink outlet";
  HeatReuse.Interfaces.HeatPort heatPort_room "Machine room";
  HeatReuse.Types.Temperature T_source_out "Source leaving temperature";
  HeatReuse.Types.Temperature T_sink_out "Sink leaving temperature";
  HeatReuse.Types.Fraction capacity "Capacity reached";
  HeatReuse.Types.Fraction derating "Share of the capacity that the envelope leaves, 1 free";
  HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat of the machine to condenser and desuperheater";
  HeatReuse.Types.HeatFlowRate Q_flow_evaporator "Heat taken from the source";
  HeatReuse.Types.Temperature T_discharge "Temperature of the vapour behind the compressor";
  HeatReuse.Types.Power P_el "Electric power with standby";
  Real COP(unit="1") "Coefficient of performance at the present state, without standby";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.HeatPumps.HeatPump machine(redeclare model PerformanceModel = MachinePerformance, redeclare package MediumSource = MediumSource,
    redeclare package MediumSink = MediumSink, Q_flow_nominal=Q_flow_nominal, T_source_nominal=T_source_nominal, T_sink_nominal=T_sink_nominal,
    correlation=correlation, COP_factor=COP_factor, T_sink_max=T_sink_max, T_source_min=T_source_min, T_source_max=T_source_max, capacity_min=capacity_min,
    T_ramp_up=T_ramp_up, T_ramp_down=T_ramp_down, P_standby=P_standby, UA_room=UA_room, capacity_start=capacity_start, T_source_start=T_source_start,
    T_sink_start=T_sink_start, V_evaporator=V_evaporator, V_condenser=V_condenser, C_evaporator=C_evaporator, C_condenser=C_condenser) "Machine";
  HeatReuse.Types.HeatFlowRate Q_flow_desuperheater "Heat that a desuperheater takes";
equation
  machine.command = command;
  machine.m_flow_source = port_source_a.m_flow;
  machine.T_source_a = MediumSource.temperature(inStream(port_source_a.h_outflow));
  machine.T_source_b = MediumSource.temperature(inStream(port_source_b.h_outflow));
  machine.m_flow_sink = port_sink_a.m_flow;
  machine.T_sink_a = MediumSink.temperature(inStream(port_sink_a.h_outflow));
  machine.T_sink_b = MediumSink.temperature(inStream(port_sink_b.h_outflow));
  machine.T_room = heatPort_room.T;
  machine.Q_flow_desuperheater = Q_flow_desuperheater;
  heatPort_room.Q_flow = -machine.Q_flow_room;
  port_source_a.m_flow + port_source_b.m_flow = 0;
  port_source_a.p - port_source_b.p = dp_source_nominal/m_flow_source_nominal^2*HeatReuse.Utilities.quadratic(port_source_a.m_flow, 0.01*m_flow_source_nominal);
  port_source_a.h_outflow = MediumSource.enthalpy(machine.T_source_out);
  port_source_b.h_outflow = MediumSource.enthalpy(machine.T_source_out);
  port_sink_a.m_flow + port_sink_b.m_flow = 0;
  port_sink_a.p - port_sink_b.p = dp_sink_nominal/m_flow_sink_nominal^2*HeatReuse.Utilities.quadratic(port_sink_a.m_flow, 0.01*m_flow_sink_nominal);
  port_sink_a.h_outflow = MediumSink.enthalpy(machine.T_sink_out);
  port_sink_b.h_outflow = MediumSink.enthalpy(machine.T_sink_out);
  T_source_out = machine.T_source_out;
  T_sink_out = machine.T_sink_out;
  capacity = machine.capacity;
  derating = machine.derating;
  Q_flow_condenser = machine.Q_flow_condenser;
  Q_flow_evaporator = machine.Q_flow_evaporator;
  T_discharge = machine.T_discharge;
  P_el = machine.P_el;
  COP = machine.COP;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Those of <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>; both water sides have ports and dp = dp_nominal (m/m_nominal)<sup>2</sup>, linear below 1 % of the nominal flow.</p>
<h4>Assumptions</h4>
<p>Those of HeatPump. Flow is given by the circuits; there are no isolation valves. Casing: 300 W/K for 4 MW, 0.3 % of the output at 45 K above the room.</p>
<h4>Source</h4>
<p>First principles: energy balances.</p></html>"));
end PartialWaterHeatPump;
