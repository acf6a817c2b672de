within HeatReuse.HeatPumps;
model HeatPump "Compression heat pump of a given heat output with ramp, envelope and part load"
  replaceable package MediumSource = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the source";
  replaceable package MediumSink = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the sink";
  replaceable model PerformanceModel = HeatReuse.HeatPumps.Performance.Correlation constrainedby HeatReuse.HeatPumps.Performance.PartialPerformance "Heat output, COP and envelope";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 4e6 "Heat output at full capacity and nominal temperatures";
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Source leaving temperature at which the nominal output holds";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Sink leaving temperature at which the nominal output holds";
  parameter HeatReuse.Types.CorrelationCOP correlation = HeatReuse.Types.CorrelationCOP.Jesper "Correlation of the coefficient of performance, where the performance uses one";
  parameter HeatReuse.Types.Fraction COP_factor = 1 "Factor on the COP, for a machine better or worse than average";
  parameter HeatReuse.Types.Temperature T_sink_max = 358.15 "Highest sink leaving temperature";
  parameter HeatReuse.Types.Temperature T_source_min = 281.15 "Lowest source leaving temperature";
  parameter HeatReuse.Types.Temperature T_source_max = 343.15 "Highest source leaving temperature";
  parameter HeatReuse.Types.TemperatureDifference dT_envelope = 4 "Range over which the output fades out at the limits";
  parameter HeatReuse.Types.Fraction capacity_min = 0.3 "Lowest capacity while running";
  parameter HeatReuse.Types.Time T_ramp_up = 600 "Time from zero to full capacity";
  parameter HeatReuse.Types.Time T_ramp_down = 120 "Time from full capacity to zero";
  parameter HeatReuse.Types.Time T_valve = 60 "Stroke time of the isolation valves";
  parameter HeatReuse.Types.Power P_standby = 5e3 "Electric power at rest and in operation for controls and oil heating: heats the room";
  parameter HeatReuse.Types.ThermalConductance UA_room = 0 "Conductance from condenser and casing to the machine room";
  parameter HeatReuse.Types.Fraction capacity_start = 1 "Initial capacity";
  parameter HeatReuse.Types.Temperature T_source_start = T_source_nominal "Initial temperature of the evaporator";
  parameter HeatReuse.Types.Temperature T_sink_start = T_sink_nominal "Initial temperature of the condenser";
  parameter HeatReuse.Types.Volume V_evaporator = 1.5 "Water volume of the evaporator";
  parameter HeatReuse.Types.Volume V_condenser = 1.0 "Water volume of the condenser";
  parameter HeatReuse.Types.HeatCapacity C_evaporator = 1.5e6 "Heat capacity of metal and refrigerant on the source side";
  parameter HeatReuse.Types.HeatCapacity C_condenser = 1.5e6 "Heat capacity of metal and refrigerant on the sink side";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded capacity, 0 off, otherwise capacity_min..1";
  HeatReuse.Interfaces.RealInput m_flow_source(unit="kg/s") "Source flow";
  HeatReuse.Interfaces.RealInput T_source_a(unit="K") "Source water at the inlet";
  HeatReuse.Interfaces.RealInput T_source_b(unit="K") "Source water behind the outlet, enters when the flow reverses";
  HeatReuse.Interfaces.RealInput m_flow_sink(unit="kg/s") "Sink flow";
  HeatReuse.Interfaces.RealInput T_sink_a(unit="K") "Sink water at the inlet";
  HeatReuse.Interfaces.RealInput T_sink_b(unit="K") "Sink water behind the outlet, enters when the flow reverses";
  HeatReuse.Interfaces.RealInput Q_flow_desuperheater(unit="W") "Heat that a desuperheater takes before the condenser";
  HeatReuse.Interfaces.RealInput T_room(unit="K") "Temperature of the machine room";
  HeatReuse.Types.Fraction capacity(start=capacity_start, fixed=true) "Capacity reached";
  HeatReuse.Types.Fraction valve "Position of the isolation valves";
  HeatReuse.Types.Fraction derating "Share of the capacity that the envelope leaves, 1 free";
  HeatReuse.Types.Temperature T_source_out(start=T_source_start, fixed=true) "Source leaving temperature";
  HeatReuse.Types.Temperature T_sink_out(start=T_sink_start, fixed=true) "Sink leaving temperature";
  HeatReuse.Types.HeatFlowRate H_flow_source_a "Enthalpy flow of the source at the inlet";
  HeatReuse.Types.HeatFlowRate H_flow_source_b "Enthalpy flow of the source at the outlet";
  HeatReuse.Types.HeatFlowRate H_flow_sink_a "Enthalpy flow of the sink at the inlet";
  HeatReuse.Types.HeatFlowRate H_flow_sink_b "Enthalpy flow of the sink at the outlet";
  HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat of the machine to condenser and desuperheater";
  HeatReuse.Types.HeatFlowRate Q_flow_evaporator "Heat taken from the source";
  HeatReuse.Types.HeatFlowRate Q_flow_superheat "Part of the heat that comes above the condensing temperature";
  HeatReuse.Types.HeatFlowRate Q_flow_room "Heat to the machine room: drive, casing and standby";
  HeatReuse.Types.Temperature T_discharge "Temperature of the vapour behind the compressor";
  HeatReuse.Types.Power P_compressor "Electric power of the compressor";
  HeatReuse.Types.Power P_el "Electric power with standby";
  Real COP(unit="1") "Coefficient of performance at the present state, without standby";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  PerformanceModel performance(T_source_nominal=T_source_nominal, T_sink_nominal=T_sink_nominal, correlation=correlation, dT_envelope=dT_envelope) "Heat output, COP and envelope";
  HeatReuse.Utilities.Actuator isolation(T_stroke=T_valve, y_start=HeatReuse.Utilities.smoothStep(capacity_start/0.04)) "Motors of the isolation valves";
  parameter Real mass_source(final unit="kg") = V_evaporator*MediumSource.density(T_source_nominal) "Mass of water in the evaporator";
  parameter Real mass_sink(final unit="kg") = V_condenser*MediumSink.density(T_sink_nominal) "Mass of water in the condenser";
  parameter HeatReuse.Types.Fraction capacity_on = noEvent(max(capacity_min, 0.01)) "Commands around 0.8 of this switch on and off";
  HeatReuse.Types.Fraction running "1 when the command asks for operation";
  HeatReuse.Types.Fraction target "Capacity that the machine aims at";
  Real rate(unit="1/s") "Largest rate of the capacity in the present direction";
  HeatReuse.Types.HeatFlowRate Q_flow_casing "Heat from the condenser to the room";
equation
  // commands and ramps
  running = HeatReuse.Utilities.smoothStep((command - 0.8*capacity_on)/(0.1*capacity_on) + 0.5);
  target = running*noEvent(min(max(command, capacity_min), 1));
  rate = noEvent(if target > capacity then 1/T_ramp_up else 1/T_ramp_down);
  der(capacity) = rate*tanh((target - capacity)/0.02);
  isolation.command = noEvent(max(running, HeatReuse.Utilities.smoothStep(capacity/0.04)));
  valve = isolation.y;
  // heat and power
  performance.T_source_a = T_source_a;
  performance.T_source_out = T_source_out;
  performance.T_sink_out = T_sink_out;
  performance.capacity = capacity;
  derating = performance.derating*HeatReuse.Utilities.smoothStep((T_sink_max - T_sink_out)/dT_envelope)
    *HeatReuse.Utilities.smoothStep((T_source_out - T_source_min)/dT_envelope)*HeatReuse.Utilities.smoothStep((T_source_max - T_source_out)/dT_envelope);
  COP = (1 - performance.drive_loss)*HeatReuse.Utilities.clip(COP_factor*performance.COP/(1 - performance.drive_loss), 1, T_sink_out/noEvent(max(T_sink_out - T_source_out, 1)));
  T_discharge = performance.T_discharge;
  Q_flow_condenser = Q_flow_nominal*noEvent(max(capacity, 0))*performance.availability*derating;
  Q_flow_superheat = performance.share_superheat*Q_flow_condenser;
  P_compressor = Q_flow_condenser/COP;
  Q_flow_evaporator = Q_flow_condenser - (1 - performance.drive_loss)*P_compressor;
  Q_flow_casing = UA_room*(T_sink_out - T_room);
  Q_flow_room = performance.drive_loss*P_compressor + Q_flow_casing + P_standby;
  P_el = P_compressor + P_standby;
  // water sides
  H_flow_source_a = m_flow_source*MediumSource.enthalpy(noEvent(if m_flow_source > 0 then T_source_a else T_source_out));
  H_flow_source_b = m_flow_source*MediumSource.enthalpy(noEvent(if m_flow_source > 0 then T_source_out else T_source_b));
  (mass_source*MediumSource.specificHeatCapacity(T_source_out) + C_evaporator)*der(T_source_out) = H_flow_source_a - H_flow_source_b - Q_flow_evaporator;
  H_flow_sink_a = m_flow_sink*MediumSink.enthalpy(noEvent(if m_flow_sink > 0 then T_sink_a else T_sink_out));
  H_flow_sink_b = m_flow_sink*MediumSink.enthalpy(noEvent(if m_flow_sink > 0 then T_sink_out else T_sink_b));
  (mass_sink*MediumSink.specificHeatCapacity(T_sink_out) + C_condenser)*der(T_sink_out) = H_flow_sink_a - H_flow_sink_b + Q_flow_condenser
    - Q_flow_desuperheater - Q_flow_casing;
  U = mass_source*MediumSource.enthalpy(T_source_out) + C_evaporator*(T_source_out - MediumSource.T_reference)
    + mass_sink*MediumSink.enthalpy(T_sink_out) + C_condenser*(T_sink_out - MediumSink.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Q_condenser = Q_flow_nominal capacity availability derating, P_compressor = Q_condenser/COP, Q_evaporator = Q_condenser - (1 - drive_loss) P_compressor; availability, COP and drive_loss come
from the performance (<a href=\"modelica://HeatReuse.HeatPumps.Performance\">correlation, map or refrigerant cycle</a>). Its COP counts COP_factor times, and within what the first and second law allow:
COP/(1 - drive_loss) is held between 1 (no heat goes to the source) and T_sink,out/(T_sink,out - T_source,out), which matters only far outside of the range of a performance. derating is its derating times three smooth steps that fall from 1 to 0 within dT_envelope of T_sink_max,
T_source_min and T_source_max. The capacity follows its command at no more than 1/T_ramp_up (10 %/min) and
1/T_ramp_down. Water sides: (M cp + C) dT/dt = H_a - H_b - Q_evaporator and (M cp + C) dT/dt = H_a - H_b + Q_condenser - Q_desuperheater - UA_room (T_sink,out - T_room). Room:
Q_room = drive_loss P_compressor + UA_room (T_sink,out - T_room) + P_standby. U(t) - U(0) is the integral of the enthalpy flows, P_el, -Q_desuperheater and -Q_room.</p>
<p>The water sides are signals and not fluid ports, because the machines of a <a href=\"modelica://HeatReuse.HeatPumps.ParallelHeatPumps\">bank</a> or
<a href=\"modelica://HeatReuse.HeatPumps.SeriesHeatPumps\">series</a> form an array; <a href=\"modelica://HeatReuse.HeatPumps.WaterHeatPump\">WaterHeatPump</a> has ports.</p>
<h4>Assumptions</h4>
<p>The refrigerant cycle is quasi-steady apart from the ramp; evaporator and condenser are one mixed volume each, metal and refrigerant at the leaving temperature. At the limits of the envelope the output
fades to zero, so a machine without flow stops giving heat by itself, at T_sink_max or T_source_min and not beyond. It unloads without a start-up afterwards: its capacity stays, and the heat is
back as soon as the temperatures are. A trip that needs a restart is a command of the controller. Standby power flows always and heats the room. The isolation valves open with the command and close after the capacity is gone. Minimum running times
belong to the controller. Commands between 0 and capacity_min are not proper: below 0.76 capacity_min the machine stops, above 0.84 it runs at capacity_min (of 0.01, if capacity_min is less).</p>
<h4>Source</h4>
<p>First principles: energy balances. Ramps of 2 to 10 %/min and a lowest load of 30 % are usual for machines of some megawatts.</p></html>"));
end HeatPump;
