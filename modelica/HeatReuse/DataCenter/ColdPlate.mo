within HeatReuse.DataCenter;
model ColdPlate "Cold plates of one kind in parallel: thermal resistance from a table over the flow"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.PG25 constrainedby HeatReuse.Media.PartialMedium "Coolant";
  parameter Integer n(min=1) = 3 "Number of cells of the coolant along the flow";
  parameter Real devices(unit="1") = 1 "Number of plates";
  parameter Real flow_table[:](each unit="l/min") = {0.4, 0.6, 0.8, 1.0, 1.4, 1.8, 2.4} "Flow through one plate, increasing";
  parameter Real R_table[size(flow_table, 1)](each unit="K/W") = {0.0389, 0.0300, 0.0265, 0.0245, 0.0220, 0.0209, 0.0197} "Resistance from case to coolant inlet at these flows";
  parameter Real C_table(unit="J/(m3.K)") = HeatReuse.Media.PG25.density(313.15)*HeatReuse.Media.PG25.specificHeatCapacity(313.15) "Volumetric heat capacity of the coolant with which the table was measured";
  parameter Real flow_nominal(unit="l/min") = 1.5 "Coolant flow of one plate at nominal operation";
  parameter HeatReuse.Types.Volume V_device = 3e-5 "Coolant in one plate";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 1.2e5 "Pressure drop at nominal flow";
  parameter HeatReuse.Types.Temperature T_start = 312.15 "Initial temperature of the coolant";
  HeatReuse.Interfaces.HeatPort heatPort "Cases of the processors";
  HeatReuse.Types.Temperature T[n](each start=T_start, each fixed=true) "Temperature of the coolant along the flow, per cell";
  Real flow_device(unit="l/min") "Coolant flow through one plate";
  HeatReuse.Types.ThermalConductance UA "Conductance from case to the coolant cells of one plate";
  HeatReuse.Types.Energy U "Internal energy of the coolant relative to 273.15 K";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = devices*flow_nominal/60000*Medium.rho_nominal "Nominal flow of all plates";
  final parameter HeatReuse.Types.ThermalConductance UA_rest = -C_highest*log(1 - 1/(R_table[size(flow_table, 1)]*C_highest)) "Conductance without flow: that of an ideal plate at the highest flow of the table";
protected
  parameter Real mass(final unit="kg") = V_device/n*devices*Medium.density(T_start) "Mass of coolant of a cell";
  parameter HeatReuse.Types.ThermalConductance C_highest = flow_table[size(flow_table, 1)]/60000*C_table "Capacity flow at the highest flow of the table";
  HeatReuse.Tables.Table1D table(x=flow_table, y=R_table) "Resistance over flow";
  Real v(unit="l/min") "Flow, kept inside of the table";
  HeatReuse.Types.ThermalConductance C "Capacity flow of the coolant of the table at this flow";
  HeatReuse.Types.SpecificEnthalpy h[n + 2] "Enthalpies with those at the ports, per cell and port";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow, per face";
  HeatReuse.Types.HeatFlowRate Q_flow_cell[n] "Heat from cases to coolant, per cell";
  HeatReuse.Types.Energy U_cell[n] "Internal energy of the coolant, per cell";
equation
  for i in 1:size(flow_table, 1) loop
    assert(R_table[i]*flow_table[i]*C_table > 60000, "Cold plate: R_table lies below 1/(m cp), which no plate can reach; check R_table and flow_table");
  end for;
  flow_device = m_flow/Medium.density(T[1])/devices*60000;
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  v = HeatReuse.Utilities.clip(noEvent(abs(flow_device)), flow_table[1], flow_table[size(flow_table, 1)]);
  table.u = v;
  C = v/60000*C_table;
  UA = UA_rest + HeatReuse.Utilities.smoothStep(noEvent(abs(flow_device))/flow_table[1])*(n*C*(noEvent(max(1 - 1/(table.v*C), 1e-3))^(-1/n) - 1) - UA_rest);
  h[1] = inStream(port_a.h_outflow);
  h[n + 2] = inStream(port_b.h_outflow);
  port_a.h_outflow = h[2];
  port_b.h_outflow = h[n + 1];
  for i in 1:n loop
    h[i + 1] = Medium.enthalpy(T[i]);
    Q_flow_cell[i] = devices*UA/n*(heatPort.T - T[i]);
    mass*Medium.specificHeatCapacity(T[i])*der(T[i]) = H_flow[i] - H_flow[i + 1] + Q_flow_cell[i];
    U_cell[i] = mass*h[i + 1];
  end for;
  for i in 1:n + 1 loop
    H_flow[i] = m_flow*noEvent(if m_flow > 0 then h[i] else h[i + 1]);
  end for;
  heatPort.Q_flow = sum(Q_flow_cell);
  U = sum(U_cell);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The coolant passes n mixed cells; each takes Q<sub>i</sub> = UA/n (T_case - T<sub>i</sub>) for each plate. In steady state the resistance from case to coolant inlet is
R = 1/(C (1 - (1 + UA/(n C))<sup>-n</sup>)) with the capacity flow C = m cp. The table gives R over the flow (monotone curve through its points, <a href=\"modelica://HeatReuse.Tables.Table1D\">Table1D</a>; end values
outside), and UA = n C ((1 - 1/(R C))<sup>-1/n</sup> - 1) with C = flow C_table is the conductance that reproduces it. Below the lowest flow UA goes by
<a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a> to UA_rest = -C ln(1 - 1/(R C)) of the highest flow, the conductance of the ideal plate (wall of one temperature), which the flow hardly changes.
Reversed flow sees the conductance of its magnitude. Pressure drop: dp = dp_nominal (m_flow/m_flow_nominal)<sup>2</sup>.</p>
<h4>Assumptions</h4>
<p>The table is that of a processor of 1 kW with PG25, 0.4 to 2.4 l/min. The coolant of the table had C_table; another coolant changes R through its heat capacity, while UA stays (a plate of
laminar channels: as an ideal counterflow the same table gives 61 to 63 W/K between 1 and 2.4 l/min). Without flow the conductance to the coolant in the plate stays, and the coolant warms up with the chip. Left out:
boiling, axial conduction, viscosity in the pressure drop, heat to the room.</p>
<h4>Source</h4>
<p>Table: Open Compute Project, OAI system liquid-cooling guidelines (2023). Conversion to mixed cells: first principles, energy balance of n stirred cells in series.</p></html>"));
end ColdPlate;
