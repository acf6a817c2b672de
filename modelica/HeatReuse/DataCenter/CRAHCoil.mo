within HeatReuse.DataCenter;
model CRAHCoil "Air handlers of the hall: water coil and fan with variable air flow"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Chilled or facility water";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 1.5e6 "Nominal heat from air to water";
  parameter HeatReuse.Types.Temperature T_air_in_nominal = 310.15 "Nominal temperature of the entering air";
  parameter HeatReuse.Types.TemperatureDifference dT_air_nominal = 12 "Nominal fall of the air";
  parameter HeatReuse.Types.Temperature T_water_in_nominal = 291.15 "Nominal temperature of the entering water";
  parameter HeatReuse.Types.TemperatureDifference dT_water_nominal = 8 "Nominal rise of the water";
  parameter HeatReuse.Types.SpecificHeatCapacity cp_air = 1006 "Heat capacity of air";
  parameter HeatReuse.Types.Fraction share_air = 0.7 "Share of the air side in the thermal resistance at the nominal point";
  parameter HeatReuse.Types.Power P_fan_nominal = 0.025*Q_flow_nominal "Power of the fans at full speed";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop of the water at nominal flow";
  parameter HeatReuse.Types.Volume V = 1 "Water volume";
  parameter HeatReuse.Types.HeatCapacity C_wall = 1e6 "Heat capacity of tubes and fins";
  parameter HeatReuse.Types.Time T_rise = 20 "Time of the fans from standstill to full speed";
  parameter HeatReuse.Types.Fraction speed_start = 1 "Initial fan speed";
  parameter HeatReuse.Types.Temperature T_start = 299.15 "Initial temperature of the leaving water";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded fan speed, 0 off";
  HeatReuse.Interfaces.RealInput T_air_in(unit="K") "Entering air";
  HeatReuse.Types.MassFlowRate m_flow_air "Air flow";
  HeatReuse.Types.Temperature T_air_out "Leaving air, behind the fan";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Water leaving the coil";
  HeatReuse.Types.Fraction speed "Fan speed";
  HeatReuse.Types.Power P_fan "Power of the fans, it enters the air";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat from air to water";
  HeatReuse.Types.Energy U "Internal energy of water and coil relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(Medium.cp_nominal*dT_water_nominal) "Nominal water flow";
  final parameter HeatReuse.Types.MassFlowRate m_flow_air_nominal = Q_flow_nominal/(cp_air*dT_air_nominal) "Air flow at full speed";
protected
  HeatReuse.Utilities.Drive drive(T_rise=T_rise, y_min=0.2, y_off=0.1, y_start=speed_start) "Fan motors";
  parameter HeatReuse.Types.TemperatureDifference dT_warm = T_air_in_nominal - T_water_in_nominal - dT_water_nominal "Air entering minus water leaving";
  parameter HeatReuse.Types.TemperatureDifference dT_cold = T_air_in_nominal - dT_air_nominal - T_water_in_nominal "Air leaving minus water entering";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = Q_flow_nominal*log((dT_warm + 1e-6)/dT_cold)/(dT_warm + 1e-6 - dT_cold) "Conductance that gives the nominal point in counterflow";
  parameter Real mass(final unit="kg") = V*Medium.density(T_start) "Mass of water";
  HeatReuse.Types.ThermalConductance C_air "Capacity flow of the air";
  HeatReuse.Types.ThermalConductance C_water "Capacity flow of the water";
  HeatReuse.Types.ThermalConductance UA "Conductance from air to water";
  HeatReuse.Types.Temperature T_water_in "Water entering";
  HeatReuse.Types.HeatFlowRate H_flow "Net enthalpy flow of the water into the coil";
equation
  assert(noEvent(dT_warm > 0 and dT_cold > 0), "Coil: the nominal temperatures of air and water cross; raise T_air_in_nominal or lower T_water_in_nominal, dT_air_nominal, dT_water_nominal");
  drive.command = command;
  speed = drive.y;
  P_fan = P_fan_nominal*speed^3;
  m_flow_air = m_flow_air_nominal*noEvent(max(speed, 0));
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  C_air = cp_air*m_flow_air;
  T_water_in = Medium.temperature(noEvent(if m_flow > 0 then inStream(port_a.h_outflow) else inStream(port_b.h_outflow)));
  C_water = noEvent(abs(m_flow))*Medium.specificHeatCapacity(T);
  UA = UA_nominal/(share_air/HeatReuse.Utilities.power(speed, 0.6, 0.01) + (1 - share_air)/HeatReuse.Utilities.power(m_flow/m_flow_nominal, 0.8, 0.01));
  Q_flow = HeatReuse.HeatExchangers.counterflow(C_air, C_water, UA, 1e-3*Q_flow_nominal/dT_air_nominal)*(T_air_in - T_water_in);
  T_air_out = T_air_in - (Q_flow - P_fan)*C_air/(C_air^2 + (1e-3*Q_flow_nominal/dT_air_nominal)^2);
  port_a.h_outflow = Medium.enthalpy(T);
  port_b.h_outflow = Medium.enthalpy(T);
  H_flow = noEvent(if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow)));
  (mass*Medium.specificHeatCapacity(T) + C_wall)*der(T) = H_flow + Q_flow;
  U = mass*Medium.enthalpy(T) + C_wall*(T - Medium.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Q = G (T_air_in - T_water_in) with G of <a href=\"modelica://HeatReuse.HeatExchangers.counterflow\">counterflow</a>, the epsilon-NTU relation with the capacity flows of air and water and
1/UA = (share_air/speed<sup>0.6</sup> + (1 - share_air)/(m/m_nominal)<sup>0.8</sup>)/UA_nominal. UA_nominal = Q/dT_log of the nominal point. Air flow proportional to the speed, fan power
P_fan_nominal speed<sup>3</sup>; it enters the air behind the coil: T_air_out = T_air_in - (Q - P_fan)/C_air. Water and coil have the leaving temperature: (M cp + C_wall) dT/dt = H + Q.</p>
<h4>Assumptions</h4>
<p>Many rows of tubes: close to counterflow. Dry coil: with water above the dew point of the hall there is no condensate. The heat follows the entering temperatures at once, the storage is in the leaving water.
Q goes to zero with either flow (below 0.1 % of the nominal capacity flow it fades out). Range: zero and reversed water flow, warm water that heats the air.</p>
<h4>Source</h4>
<p>Epsilon-NTU: Kays and London, Compact Heat Exchangers; exponents 0.6 (air over fins) and 0.8 (turbulent water): VDI Heat Atlas.</p></html>"));
end CRAHCoil;
