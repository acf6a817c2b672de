within HeatReuse.DataCenter;
model AirCooledHall "Air-cooled servers, hall air and computer-room coolers with trim compressors"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Facility water";
  parameter HeatReuse.Types.Power P_nominal = 1.5e6 "Electric power of the air-cooled servers at full load";
  parameter HeatReuse.Types.TemperatureDifference dT_air = 12 "Rise of the air over the servers at full load";
  parameter HeatReuse.Types.Fraction effectiveness_coil = 0.8 "Effectiveness of the evaporator coil";
  parameter HeatReuse.Types.Fraction effectiveness_server = 0.8 "Effectiveness of the heat sinks in the servers";
  parameter HeatReuse.Types.TemperatureDifference trim_lift = 18 "Leaving facility water minus evaporator surface, held by the trim compressors; 0 for a plain coil";
  parameter Boolean plain_coil = false "Counterflow coils without trim compressors; trim_lift and effectiveness_coil then do not matter";
  parameter HeatReuse.Types.TemperatureDifference dT_coil = 6 "Plain coils: mean difference between air and water at full load and nominal flow";
  parameter Real COP_trim(unit="1") = 6 "Heat taken from the air over power of the trim compressors";
  parameter HeatReuse.Types.Power P_fan_nominal = 0.02*P_nominal "Power of the coolers' fans";
  parameter HeatReuse.Types.HeatCapacity C_server = 8*P_nominal "Heat capacity of the servers";
  parameter HeatReuse.Types.HeatCapacity C_hall = 3*P_nominal "Heat capacity of air and structure of each aisle";
  parameter HeatReuse.Types.Volume V = 1 "Facility water in the coolers";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 42 "Nominal flow of facility water";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop at nominal flow";
  parameter HeatReuse.Types.Temperature T_throttle = 318.15 "Air temperature at the servers at which they begin to throttle";
  parameter HeatReuse.Types.TemperatureDifference dT_throttle = 15 "Range over which throttling takes all power";
  parameter HeatReuse.Types.Temperature T_water_max = 338.15 "Facility water temperature at which the trim compressors cut out";
  parameter HeatReuse.Types.Temperature T_air_min = 283.15 "Air temperature at the servers at which the trim compressors are off; they slow down over 5 K above it";
  parameter HeatReuse.Types.Temperature T_air_start = 298.15 "Initial air temperature at the servers";
  parameter HeatReuse.Types.Temperature T_water_start = 313.15 "Initial temperature of the water in the coolers";
  HeatReuse.Interfaces.RealInput P(unit="W") "Electric power that the load asks for";
  HeatReuse.Types.Power P_drawn "Electric power drawn after thermal throttling";
  HeatReuse.Types.Power P_trim "Power of the trim compressors";
  HeatReuse.Types.Power P_fan "Power of the coolers' fans";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat from air to coolers";
  HeatReuse.Types.Temperature T_server(start=T_air_start + dT_air/effectiveness_server, fixed=true) "Temperature of the servers";
  HeatReuse.Types.Temperature T_air(start=T_air_start, fixed=true) "Air temperature at the server inlets";
  HeatReuse.Types.Temperature T_air_return(start=T_air_start + dT_air, fixed=true) "Air temperature behind the servers";
  HeatReuse.Types.Temperature T_water(start=T_water_start, fixed=true) "Facility water leaving the coolers";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter Real mass(final unit="kg") = V*Medium.density(T_water_start) "Mass of water";
  parameter HeatReuse.Types.ThermalConductance C_air = P_nominal/dT_air "Capacity flow of the air";
  HeatReuse.Types.HeatFlowRate Q_flow_server "Heat from servers to air";
  HeatReuse.Types.Temperature T_in "Water that enters the coolers";
  HeatReuse.Types.ThermalConductance C_water "Capacity flow of the water";
  HeatReuse.Types.ThermalConductance UA "Conductance of plain coils";
  HeatReuse.Types.HeatFlowRate H_flow_water "Net enthalpy flow of the water into the coolers";
equation
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  P_drawn = P*(1 - HeatReuse.Utilities.smoothStep((T_air - T_throttle)/dT_throttle));
  P_fan = P_fan_nominal*(1 - HeatReuse.Utilities.smoothStep((T_air - T_throttle)/dT_throttle));
  Q_flow_server = effectiveness_server*C_air*(T_server - T_air);
  T_in = Medium.temperature(noEvent(if m_flow > 0 then inStream(port_a.h_outflow) else inStream(port_b.h_outflow)));
  C_water = Medium.specificHeatCapacity(T_in)*noEvent(abs(m_flow));
  UA = P_nominal/dT_coil/(0.7 + 0.3/HeatReuse.Utilities.power(m_flow/m_flow_nominal, 0.8, 0.02));
  Q_flow = if plain_coil then HeatReuse.HeatExchangers.counterflow(C_air, C_water, UA, 1e-3*C_air)*(T_air_return - T_in)
    else effectiveness_coil*C_air*HeatReuse.Utilities.positivePart(T_air_return - T_water + trim_lift, 0.2)
      *HeatReuse.Utilities.smoothStep((T_water_max - T_water)/5)*HeatReuse.Utilities.smoothStep((T_air - T_air_min)/5);
  P_trim = if plain_coil then 0 else Q_flow/COP_trim*noEvent(if trim_lift > 0 then 1 else 0);
  C_server*der(T_server) = P_drawn - Q_flow_server;
  C_hall*der(T_air_return) = C_air*(T_air - T_air_return) + Q_flow_server;
  C_hall*der(T_air) = C_air*(T_air_return - T_air) - Q_flow + P_fan;
  port_a.h_outflow = Medium.enthalpy(T_water);
  port_b.h_outflow = Medium.enthalpy(T_water);
  H_flow_water = noEvent(if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow)));
  mass*Medium.specificHeatCapacity(T_water)*der(T_water) = H_flow_water + Q_flow + P_trim;
  U = C_server*(T_server - Medium.T_reference) + C_hall*(T_air + T_air_return - 2*Medium.T_reference) + mass*Medium.enthalpy(T_water);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Air circulates at constant flow C_air = P_nominal/dT_air: cold aisle, servers (a heat capacity with heat sinks of given effectiveness), hot aisle, coolers.
C_server dT_server/dt = P_drawn - effectiveness_server C_air (T_server - T_air); each aisle is a volume of C_hall that the air passes. The facility water is at 30 to 40 degC and cannot cool
air to 25 degC by itself, so the coolers have small compressors that hold their evaporator surface trim_lift below the leaving water:
Q = effectiveness_coil C_air (T_air_return - (T_water - trim_lift)), rounded so that it never turns round, power Q/COP_trim, all of it leaving with the facility water.</p>
<p>With plain_coil there are no compressors: Q = G (T_air_return - T_water,in) with the epsilon-NTU relation of counterflow
(<a href=\"modelica://HeatReuse.HeatExchangers.counterflow\">counterflow</a>) and UA = P_nominal/dT_coil/(0.7 + 0.3/(m_flow/m_flow_nominal)<sup>0.8</sup>); such a hall needs colder facility water or warmer
air.</p>
<p>Fan power enters the air. Above T_throttle the servers reduce their power by <a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a>, dT_throttle higher servers and fans are off, so a hall without
cooling stays bounded; the trim compressors cut out over the last 5 K below T_water_max, and over the last 5 K of
air above T_air_min, so that they do not freeze a hall without load: Q is multiplied by S((T_water_max - T_water)/5 K) S((T_air - T_air_min)/5 K), S = smoothStep.</p>
<h4>Assumptions</h4>
<p>Servers throttle by the temperature of the entering air alone: what they themselves reach at a power far above P_nominal is not limited (at five times P_nominal they are 75 K over the air). The trim compressors have no
limit of capacity; at T_return equal to the evaporator surface the rounding leaves 0.1 K times effectiveness_coil C_air, so that for trim_lift 0, where this heat would need no work, plain_coil is the better model.</p>
<p>Constant air flow and COP_trim, no humidity, no heat through the walls of the hall; air and structure of an aisle share one temperature. More water means colder water in the coolers and colder air: the cooling adjusts
itself. Variable air flow, bypass and recirculation: <a href=\"modelica://HeatReuse.DataCenter.ServerAir\">ServerAir</a>,
<a href=\"modelica://HeatReuse.DataCenter.HallAir\">HallAir</a>, <a href=\"modelica://HeatReuse.DataCenter.CRAHCoil\">CRAHCoil</a>. Range: zero and reversed water flow.</p>
<h4>Source</h4>
<p>First principles: energy balances; effectiveness of counterflow after Kays and London, Compact Heat Exchangers.</p></html>"));
end AirCooledHall;
