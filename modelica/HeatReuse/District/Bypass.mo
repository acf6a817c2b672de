within HeatReuse.District;
model Bypass "Bypass between supply and return at the end of a pipe, thermostatic or fixed"
  extends HeatReuse.Interfaces.PassThrough(m_flow(start=m_flow_start, fixed=true));
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 0.05 "Flow of the open bypass at dp_nominal";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 1e5 "Pressure difference at nominal flow";
  parameter HeatReuse.Types.Temperature T_open = 333.15 "Supply temperature at which the thermostat is half open";
  parameter HeatReuse.Types.TemperatureDifference band = 5 "From open at T_open - band/2 to shut at T_open + band/2";
  parameter HeatReuse.Types.Fraction opening_min = 0.05 "Smallest opening, keeps the thermostat in touch with the supply; 1 for a fixed bypass";
  parameter HeatReuse.Types.Time T_sensor = 60 "Time constant of the thermostat";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = opening_min*m_flow_nominal "Initial flow";
  parameter HeatReuse.Types.Temperature T_start = 343.15 "Initial temperature of the thermostat";
  HeatReuse.Types.Temperature T_thermostat(start=T_start, fixed=true) "Temperature of the thermostat";
  HeatReuse.Types.Fraction opening "Flow coefficient over that of the open bypass";
protected
  parameter Real inertance(final unit="1/m") = 1e4/m_flow_nominal "Length over cross section: 10 m of water at about 1 m/s";
equation
  T_sensor*der(T_thermostat) = Medium.temperature(inStream(port_a.h_outflow)) - T_thermostat;
  opening = opening_min + (1 - opening_min)*HeatReuse.Utilities.smoothStep(0.5 - (T_thermostat - T_open)/band);
  inertance*der(m_flow) = dp - dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal*opening)/opening^2;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>L/A dm_flow/dt = dp - dp_nominal (m_flow/(opening m_flow_nominal))<sup>2</sup>; the flow is a state. The thermostat follows the supply temperature with T_sensor; its opening falls from 1 at T_open - band/2 to
opening_min at T_open + band/2 along <a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a>.</p>
<h4>Assumptions</h4>
<p>Keeps the end of a line warm when nobody takes heat, at the price of a warm return. opening_min above 0 is needed: a thermostat without flow would feel the ground, not the network. With opening_min = 1 the bypass is a fixed
throttle. The thermostat sits in the supply; its own heat is left out.</p>
<h4>Source</h4>
<p>First principles: momentum balance; self-acting thermostats of this kind have a proportional band of 3 to 10 K.</p></html>"));
end Bypass;
