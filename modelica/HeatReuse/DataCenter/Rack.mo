within HeatReuse.DataCenter;
model Rack "Rack of liquid-cooled processors: chips on cold plates"
  replaceable package Medium = HeatReuse.Media.PG25 constrainedby HeatReuse.Media.PartialMedium "Coolant";
  parameter HeatReuse.Types.Power P_nominal = 1e5 "Electric power of the processors at full load";
  parameter HeatReuse.Types.Power P_device = 1e3 "Electric power of one processor at full load";
  parameter Real flow_nominal(unit="l/min") = 1.5 "Coolant flow of one processor at nominal operation";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 1.2e5 "Pressure drop at nominal flow: manifold, couplings, plates";
  parameter Real resistance_factor(unit="1") = 1 "Hydraulic resistance relative to dp_nominal: above 1 for a rack that gets less";
  parameter HeatReuse.Types.Temperature T_throttle = 368.15 "Die temperature at which processors begin to throttle";
  parameter HeatReuse.Types.Temperature T_trip = 383.15 "Die temperature at which processors switch off";
  parameter HeatReuse.Types.Temperature T_restart = 0 "Die temperature below which tripped processors start again, 0 to stay off";
  parameter HeatReuse.Types.Temperature T_coolant_start = 312.15 "Initial temperature of the coolant";
  parameter HeatReuse.Types.Fraction load_start = 1 "Initial load, for initial temperatures";
  HeatReuse.Interfaces.FluidPort_a port_a "Coolant supply";
  HeatReuse.Interfaces.FluidPort_b port_b "Coolant return";
  HeatReuse.Interfaces.RealInput P(unit="W") "Electric power that the load asks for";
  HeatReuse.DataCenter.Chip chip(P_nominal=P_nominal, P_device=P_device, T_throttle=T_throttle, T_trip=T_trip, T_restart=T_restart, T_case_start=T_coolant_start + 17*load_start, load_start=load_start) "Processors";
  HeatReuse.DataCenter.ColdPlate plate(redeclare package Medium = Medium, devices=P_nominal/P_device, flow_nominal=flow_nominal, dp_nominal=resistance_factor*dp_nominal, T_start=T_coolant_start) "Cold plates";
  HeatReuse.Types.Power P_drawn "Electric power drawn after throttling and trip";
  HeatReuse.Types.Temperature T_chip "Case temperature of the processors";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
equation
  connect(port_a, plate.port_a);
  connect(plate.port_b, port_b);
  connect(chip.heatPort, plate.heatPort);
  chip.P = P;
  P_drawn = chip.P_drawn;
  T_chip = chip.T_case;
  U = chip.U + plate.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p><a href=\"modelica://HeatReuse.DataCenter.Chip\">Chip</a> on <a href=\"modelica://HeatReuse.DataCenter.ColdPlate\">ColdPlate</a>, P_nominal/P_device of them in parallel; the pressure drop of
the rack at nominal flow is resistance_factor dp_nominal.</p>
<h4>Assumptions</h4>
<p>All plates of a rack get the same flow and load; imbalance between racks is that of <a href=\"modelica://HeatReuse.DataCenter.RackBranches\">RackBranches</a>. The flow is given from outside: put an
<a href=\"modelica://HeatReuse.Pipes.Inertia\">Inertia</a> in series. Range: that of the cold plate, and zero and reversed flow.</p>
<h4>Source</h4>
<p>First principles: composition of the two. Rule of 1.5 l/min per kW: Open Compute Project, OAI system liquid-cooling guidelines (2023).</p></html>"));
end Rack;
