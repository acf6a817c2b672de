within HeatReuse.District;
model Substation "Consumer substation: exchanger, control valve and the consumer's own thermostat"
  extends HeatReuse.Interfaces.TwoPort(m_flow(start=m_flow_start, fixed=true));
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of both sides";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 3.5e6 "Peak demand";
  parameter HeatReuse.Types.Temperature T_primary_nominal = 346.15 "Primary supply at the design point";
  parameter HeatReuse.Types.Temperature T_secondary_supply = 333.15 "Set point of the secondary supply";
  parameter HeatReuse.Types.Temperature T_secondary_return = 313.15 "Secondary return";
  parameter HeatReuse.Types.TemperatureDifference dT_return = 4 "Primary return above secondary return at the design point";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 6e4 "Pressure difference that gives the design flow";
  parameter HeatReuse.Types.Fraction authority = 0.5 "Authority of the valve";
  parameter HeatReuse.Types.Fraction oversizing_valve = 1.2 "Flow with open valve at dp_nominal over design flow";
  parameter HeatReuse.Types.Time T_stroke = 60 "Stroke time of the valve";
  parameter Real k(unit="1/K") = 0.015 "Gain of the thermostat";
  parameter HeatReuse.Types.Time Ti = 120 "Integral time of the thermostat";
  parameter HeatReuse.Types.Time T_residence = 15 "Residence time of each side of the exchanger at design flow";
  parameter HeatReuse.Types.Fraction load_start = 0.7 "Initial demand over peak demand";
  HeatReuse.Interfaces.RealInput Q_flow_demand(unit="W") "Heat demand";
  HeatReuse.Types.Temperature T_supply "Primary supply temperature at the consumer";
  HeatReuse.Types.Temperature T_primary(start=T_secondary_return + dT_return, fixed=true) "Primary return temperature";
  HeatReuse.Types.Temperature T_secondary(start=T_secondary_supply, fixed=true) "Secondary supply temperature";
  HeatReuse.Types.Fraction integral(start=opening_start, fixed=true) "Integral part of the thermostat";
  HeatReuse.Types.Fraction opening "Lift of the valve";
  HeatReuse.Types.HeatFlowRate Q_flow_delivered "Heat taken by the consumer";
  HeatReuse.Types.HeatFlowRate Q_flow_unmet "Demand that is not met";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(Medium.specificHeatCapacity(T_primary_nominal)*(T_primary_nominal - T_secondary_return - dT_return)) "Primary flow at the design point";
protected
  parameter HeatReuse.Types.MassFlowRate m_flow_start = load_start*m_flow_nominal "Initial primary flow";
  parameter HeatReuse.Types.Fraction opening_start = 0.35 + 0.35*load_start "Initial lift";
  parameter HeatReuse.Types.ThermalConductance C1_nominal = m_flow_nominal*Medium.specificHeatCapacity(T_primary_nominal) "Primary capacity flow at the design point";
  parameter HeatReuse.Types.ThermalConductance C2_nominal = Q_flow_nominal/(T_secondary_supply - T_secondary_return) "Secondary capacity flow at the design point";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = Q_flow_nominal*8/(noEvent(max(T_primary_nominal - T_secondary_supply, 0.1))^(1/3) + dT_return^(1/3))^3 "Conductance at the design point, with Underwood's form of the logarithmic mean";
  parameter Real mass(final unit="kg") = m_flow_nominal*T_residence "Mass of water of the primary side";
  parameter HeatReuse.Types.HeatCapacity C_secondary = C2_nominal*T_residence*2 "Heat capacity of the secondary side with plates";
  parameter Real K_valve(final unit="Pa.s2/kg2") = authority*dp_nominal/(oversizing_valve*m_flow_nominal)^2 "Resistance of the open valve";
  parameter Real K_fixed(final unit="Pa.s2/kg2") = (1 - authority)*dp_nominal/(oversizing_valve*m_flow_nominal)^2 "Resistance of exchanger, filter and pipes";
  parameter Real inertance(final unit="1/m") = 30*1.5*988/m_flow_nominal "Length over cross section: 30 m at 1.5 m/s";
  HeatReuse.Utilities.Actuator actuator(T_stroke=T_stroke, y_start=opening_start) "Motor of the valve";
  HeatReuse.Types.Fraction phi "Flow coefficient of the valve";
  HeatReuse.Types.TemperatureDifference error "Control error";
  HeatReuse.Types.Fraction command "Output of the thermostat before its limits";
  HeatReuse.Types.Fraction released "1 when the consumer's pump runs";
  HeatReuse.Types.ThermalConductance C1 "Primary capacity flow through the exchanger";
  HeatReuse.Types.ThermalConductance C2 "Secondary capacity flow";
  HeatReuse.Types.ThermalConductance UA "Conductance of the exchanger";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat through the exchanger";
  HeatReuse.Types.Fraction relative_demand "Demand over peak demand";
equation
  assert(noEvent(T_primary_nominal > T_secondary_supply + 1), "Substation: the primary supply must be more than 1 K above the secondary supply at the design point; raise T_primary_nominal or lower T_secondary_supply");
  // hydraulics
  phi = HeatReuse.Valves.equalPercentage(opening, 50, 1e-3);
  inertance*der(m_flow) = dp - K_fixed*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal) - K_valve*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal*phi)/phi^2;
  // heat
  relative_demand = noEvent(max(Q_flow_demand, 0))/Q_flow_nominal;
  C1 = noEvent(max(m_flow, 0))*Medium.specificHeatCapacity(T_supply);
  C2 = C2_nominal*relative_demand;
  UA = 2*UA_nominal/(1/HeatReuse.Utilities.power(C1/C1_nominal, 0.8, 0.005) + 1/HeatReuse.Utilities.power(relative_demand, 0.8, 0.005));
  T_supply = Medium.temperature(inStream(port_a.h_outflow));
  Q_flow = HeatReuse.HeatExchangers.counterflow(C1, C2, UA, 1e-3*C1_nominal)*(T_supply - T_secondary_return)*HeatReuse.Utilities.smoothStep((T_supply - T_secondary_return)/0.5) + 1e-3*UA_nominal*(T_primary - T_secondary);
  port_a.h_outflow = Medium.enthalpy(T_primary);
  port_b.h_outflow = Medium.enthalpy(T_primary);
  mass*Medium.specificHeatCapacity(T_primary)*der(T_primary) = noEvent(
    if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow))) - Q_flow;
  C_secondary*der(T_secondary) = Q_flow - Q_flow_delivered;
  Q_flow_delivered = C2*(T_secondary - T_secondary_return)*HeatReuse.Utilities.smoothStep((T_secondary - T_secondary_return)/0.5);
  Q_flow_unmet = noEvent(max(Q_flow_demand - Q_flow_delivered, 0));
  U = mass*Medium.enthalpy(T_primary) + C_secondary*(T_secondary - Medium.T_reference);
  // thermostat
  released = relative_demand^2/(relative_demand^2 + 0.01^2);
  error = T_secondary_supply - T_secondary;
  command = k*error + integral;
  Ti*der(integral) = k*error*released + HeatReuse.Utilities.clip(command, 0, 1) - command;
  actuator.command = command*released;
  opening = actuator.y;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Consumer: it pumps C2 = Q_flow_demand/(T_secondary_supply - T_secondary_return) through the secondary side, and takes C2 (T_secondary - T_secondary_return) (from 0.5 K down it fades to nothing at 0 K): exactly its demand when the secondary supply is at its set point.
Q_flow_unmet is what is missing, when positive.</p>
<p>Exchanger: Q = G (T_supply - T_secondary_return) + 0.001 UA_nominal (T_primary - T_secondary), where the first term fades from 0.5 K down to nothing at 0 K, for a consumer does not heat the network: its pump stops. G of counterflow (<a href=\"modelica://HeatReuse.HeatExchangers.counterflow\">counterflow</a>) with UA = 2 UA_nominal/(1/c1<sup>0.8</sup> + 1/c2<sup>0.8</sup>), c1
and c2 the capacity flows over those of the design point; the second term keeps both sides together at rest and takes 0.4 % of the heat at half demand, which makes the return 0.1 K warmer. Primary side: M cp(T_primary) dT_primary/dt = m_flow (h_in - h) - Q; secondary side with the plates: C_secondary dT_secondary/dt = Q - Q_flow_delivered.</p>
<p>Return temperature: UA_nominal = Q_flow_nominal/dT_m follows from the design point, a = T_primary_nominal - T_secondary_supply at the warm and b = dT_return at the cold end, with the mean ((a<sup>1/3</sup> + b<sup>1/3</sup>)/2)<sup>3</sup>; so the primary return
lies dT_return above the secondary one there. At lower demand there is more exchanger than needed and the return falls towards the secondary return; a colder supply needs more flow and returns warmer.</p>
<p>Hydraulics: L/A dm_flow/dt = dp - K_fixed m_flow|m_flow| - K_valve (m_flow/phi)|m_flow/phi|, with phi of an <a href=\"modelica://HeatReuse.Valves.equalPercentage\">equal-percentage valve</a>, R = 50. The open valve takes the share authority of dp_nominal, at oversizing_valve times
the design flow: K_valve = authority dp_nominal/(oversizing_valve m_nominal)<sup>2</sup>, K_fixed likewise with 1 - authority. At dp_nominal the flow at lift l is oversizing_valve m_nominal/sqrt(1 - authority + authority/phi(l)<sup>2</sup>).
A larger dp pushes the working point to a smaller lift.</p>
<p>Thermostat: command = k e + I with e = T_secondary_supply - T_secondary, Ti dI/dt = k e r + limited(command) - command, and the valve gets command r; r = d<sup>2</sup>/(d<sup>2</sup> + 0.01<sup>2</sup>) of the demand d over its peak closes the valve when nobody takes heat.
The lift follows with T_stroke.</p>
<h4>Assumptions</h4>
<p>The secondary return is constant, also at low demand; no domestic hot water. Heat goes through the exchanger as in a steady state with the momentary inlet temperature and flows; each side keeps T_residence of water, the plates count as much as the secondary
water. Sensor without lag beyond that. Range: zero and reversed flow; with reversed flow no heat is transferred. The primary supply has to be more than 1 K above the secondary supply at the design point (an assertion). The mean is within 0.3 % of the
logarithmic one for ratios of a to b up to 7.</p>
<h4>Source</h4>
<p>Exchanger: epsilon-NTU relation of counterflow. Mean temperature difference: Underwood, Chemical Engineering 77 (1970). Authority and inherent characteristic: IEC 60534-2-4. Primary return 3 to 5 K above the secondary one: usual in the connection
conditions of networks.</p></html>"));
end Substation;
