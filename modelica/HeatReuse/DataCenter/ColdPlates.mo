within HeatReuse.DataCenter;
model ColdPlates "All liquid-cooled processors with their cold plates, as one"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Coolant";
  parameter HeatReuse.Types.Power P_nominal = 8.5e6 "Electric power of all processors at full load";
  parameter HeatReuse.Types.Power P_device = 1e3 "Electric power of one processor at full load";
  parameter Real flow_nominal(unit="l/min") = 1.5 "Coolant flow per processor at nominal operation";
  parameter HeatReuse.Types.HeatCapacity C_device = 125 "Heat capacity of chip, spreader and cold plate of one processor";
  parameter HeatReuse.Types.Volume V_device = 3e-5 "Coolant in the cold plate of one processor";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 1.2e5 "Pressure drop of a rack at nominal flow: manifold, couplings, plates";
  parameter HeatReuse.Types.Temperature T_throttle = 368.15 "Case temperature at which processors begin to throttle";
  parameter HeatReuse.Types.TemperatureDifference dT_throttle = 20 "Range over which throttling takes all power";
  parameter HeatReuse.Types.Temperature T_chip_start = 328.15 "Initial case temperature";
  parameter HeatReuse.Types.Temperature T_coolant_start = 312.15 "Initial mean coolant temperature";
  HeatReuse.Interfaces.RealInput P(unit="W") "Electric power that the load asks for";
  HeatReuse.Types.Power P_drawn "Electric power drawn after thermal throttling";
  HeatReuse.Types.Temperature T_chip(start=T_chip_start, fixed=true) "Case temperature of the processors";
  HeatReuse.Types.Temperature T_coolant[3](each start=T_coolant_start, each fixed=true) "Coolant in the plates along the flow, per cell";
  Real flow_device(unit="l/min") "Coolant flow per processor";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat from processors to coolant";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = flow_nominal/60000*Medium.density(T_coolant_start)*devices "Nominal coolant flow";
protected
  parameter Real devices(unit="1") = P_nominal/P_device "Number of processors";
  parameter Real mass(final unit="kg") = V_device/3*devices*Medium.density(T_coolant_start) "Mass of coolant of a cell";
  HeatReuse.Types.ThermalConductance G "Conductance from all processors to one coolant cell";
  HeatReuse.Types.SpecificEnthalpy h[5] "Enthalpies with those at the ports, per cell and port";
  HeatReuse.Types.HeatFlowRate H_flow[4] "Enthalpy flow, per face";
  HeatReuse.Types.HeatFlowRate Q_flow_cell[3] "Heat from processors to coolant, per cell";
  HeatReuse.Types.Energy U_cell[3] "Internal energy of the coolant, per cell";
equation
  flow_device = m_flow/Medium.density(T_coolant[1])/devices*60000;
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  P_drawn = P*(1 - HeatReuse.Utilities.smoothStep((T_chip - T_throttle)/dT_throttle));
  G = devices/3*HeatReuse.DataCenter.plateConductance(flow_device);
  h[1] = inStream(port_a.h_outflow);
  h[5] = inStream(port_b.h_outflow);
  port_a.h_outflow = h[2];
  port_b.h_outflow = h[4];
  for i in 1:3 loop
    h[i + 1] = Medium.enthalpy(T_coolant[i]);
    Q_flow_cell[i] = G*(T_chip - T_coolant[i]);
    mass*Medium.specificHeatCapacity(T_coolant[i])*der(T_coolant[i]) = H_flow[i] - H_flow[i + 1] + Q_flow_cell[i];
    U_cell[i] = mass*h[i + 1];
  end for;
  for i in 1:4 loop
    H_flow[i] = m_flow*noEvent(if m_flow > 0 then h[i] else h[i + 1]);
  end for;
  devices*C_device*der(T_chip) = P_drawn - Q_flow;
  Q_flow = sum(Q_flow_cell);
  U = devices*C_device*(T_chip - Medium.T_reference) + sum(U_cell);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>All processors have one temperature; the coolant passes their plates in three mixed cells. C dT_chip/dt = P_drawn - Q, Q = sum of G (T_chip - T_coolant,i), with the conductance of
<a href=\"modelica://HeatReuse.DataCenter.plateConductance\">plateConductance</a>. P_drawn = P (1 - S((T_chip - T_throttle)/dT_throttle)), S =
<a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a>: without flow processors overheat within seconds and stop. Pressure drop dp_nominal (m_flow/m_flow_nominal)<sup>2</sup>.</p>
<p>Together the cells give the thermal resistance from case to coolant inlet of the table for a 1 kW accelerator with PG25, 0.0389 K/W at 0.4 l/min to 0.0197 K/W at 2.4 l/min, within 1.8 %.</p>
<h4>Assumptions</h4>
<p>One temperature stands for all processors; no boiling; idle power is part of P. Chip and plate of 125 J/K react within about 2 s. Below 0.4 l/min the fit goes on rising, which makes up for the few cells; die, trip
and imbalance of racks: <a href=\"modelica://HeatReuse.DataCenter.RackBranches\">RackBranches</a>. Range: zero and reversed flow.</p>
<h4>Source</h4>
<p>Table: Open Compute Project, OAI system liquid-cooling guidelines (2023). Balances: first principles.</p></html>"));
end ColdPlates;
