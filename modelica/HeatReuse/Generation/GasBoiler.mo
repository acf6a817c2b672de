within HeatReuse.Generation;
model GasBoiler "Condensing gas boilers in the supply"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 14e6 "Heat output at full load";
  parameter HeatReuse.Types.Fraction eta_nominal = 0.92 "Efficiency at full load with entering water of T_nominal, on the lower heating value";
  parameter HeatReuse.Types.Temperature T_nominal = 343.15 "Entering water temperature of the nominal efficiency";
  parameter Real k_return(unit="1/K") = 1.5e-3 "Gain of efficiency per kelvin of colder entering water";
  parameter HeatReuse.Types.Fraction k_part_load = 0.02 "Gain of efficiency towards zero load";
  parameter HeatReuse.Types.Fraction turndown = 0.1 "Lowest burner load";
  parameter HeatReuse.Types.Time T_ramp = 300 "Time of the burners from zero to full load";
  parameter Boolean use_start_up = true "Purge and ignition take T_start_up before the first heat";
  parameter HeatReuse.Types.Time T_start_up = 120 "Time of purge and ignition";
  parameter HeatReuse.Types.Temperature T_max = 383.15 "Water temperature at which the burners are off";
  parameter HeatReuse.Types.TemperatureDifference dT_max = 10 "Range below T_max over which the burners fade out";
  parameter HeatReuse.Types.Volume V = 8*Q_flow_nominal/14e6 "Water volume";
  parameter HeatReuse.Types.HeatCapacity C_wall = 10e6*Q_flow_nominal/14e6 "Heat capacity of the boilers";
  parameter HeatReuse.Types.ThermalConductance UA_loss = 700*Q_flow_nominal/14e6 "Conductance to the boiler room: standby loss";
  parameter HeatReuse.Types.Fraction load_start = 0 "Initial burner load";
  parameter HeatReuse.Types.Temperature T_start = 348.15 "Initial temperature";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded burner load, 0 off";
  HeatReuse.Interfaces.HeatPort heatPort "Boiler room";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Temperature of the water";
  HeatReuse.Types.Fraction load "Burner load";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat of the burners into the water";
  HeatReuse.Types.Fraction eta "Efficiency on the lower heating value";
  HeatReuse.Types.Power P_fuel "Fuel power, lower heating value";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Utilities.Drive burner(T_rise=T_ramp, y_min=turndown, y_off=turndown/2, y_start=load_start, band=0.02) "Burner control";
  HeatReuse.Generation.StartSequence sequence(T_start_up=T_start_up, y_off=turndown/2, progress_start=HeatReuse.Utilities.smoothStep(load_start/0.01)) "Purge and ignition";
  parameter Real mass(final unit="kg") = V*Medium.density(T_start) "Mass of the water";
  HeatReuse.Types.Temperature T_in "Temperature of the entering water";
equation
  sequence.command = command;
  burner.command = if use_start_up then command*sequence.released else command;
  load = burner.y;
  dp = 0;
  port_a.h_outflow = Medium.enthalpy(T);
  port_b.h_outflow = Medium.enthalpy(T);
  T_in = Medium.temperature(noEvent(if m_flow >= 0 then inStream(port_a.h_outflow) else inStream(port_b.h_outflow)));
  Q_flow = Q_flow_nominal*load*HeatReuse.Utilities.smoothStep((T_max - T)/dT_max);
  eta = eta_nominal + k_return*(T_nominal - T_in) + k_part_load*(1 - load);
  P_fuel = Q_flow/eta;
  heatPort.Q_flow = UA_loss*(heatPort.T - T);
  (mass*Medium.specificHeatCapacity(T) + C_wall)*der(T) = noEvent(
    if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow)))
    + Q_flow + heatPort.Q_flow;
  U = mass*Medium.enthalpy(T) + C_wall*(T - Medium.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Mixed volume of water and metal: (M cp + C_wall) dT/dt = m_flow (h_in - h) + Q_flow - UA_loss (T - T_room). Q_flow = Q_flow_nominal load f((T_max - T)/dT_max) with a smooth step f. The burner load follows its
command within T_ramp and keeps the turndown (<a href=\"modelica://HeatReuse.Utilities.Drive\">Drive</a>), after the <a href=\"modelica://HeatReuse.Generation.StartSequence\">start</a> if use_start_up.
Efficiency eta = eta_nominal + k_return (T_nominal - T_in) + k_part_load (1 - load), P_fuel = Q_flow/eta; T_in is that of the water that enters, from either side.</p>
<h4>Assumptions</h4>
<p>Condensing boilers gain with colder water, all gain at part load. Q_flow is the heat in the water, so flue-gas loss is in P_fuel only and the standby loss is counted by UA_loss (700 W/K for 14 MW is 0.3 % of the
output at 75 degC). Near T_max the burners fade out, which also protects a boiler without flow. Entering water between 10 and 90 degC; what the purge air carries away is left out.</p>
<h4>Source</h4>
<p>First principles for the water. Efficiencies: usual for condensing boilers of some megawatts, 92 % at 70 degC and about 96 % at 45 degC return, on the lower heating value.</p></html>"));
end GasBoiler;
