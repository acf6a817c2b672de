within HeatReuse.Sensors;
model TemperatureSensor "Temperature of the liquid in a pipe, measured in a pocket"
  extends HeatReuse.Interfaces.PassThrough;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal mass flow";
  parameter HeatReuse.Types.Time T_lag(min=0.01) = 15 "Time constant of sensor and pocket";
  parameter HeatReuse.Types.Temperature T_start = 313.15 "Initial reading";
  HeatReuse.Interfaces.RealOutput T(unit="K", start=T_start, fixed=true) "Reading";
  HeatReuse.Types.Temperature T_liquid "Temperature of the liquid at the sensor";
equation
  dp = 0;
  T_liquid = Medium.temperature(inStream(port_b.h_outflow))
    + HeatReuse.Utilities.smoothStep(m_flow/(0.02*m_flow_nominal) + 0.5)*(Medium.temperature(inStream(port_a.h_outflow)) - Medium.temperature(inStream(port_b.h_outflow)));
  T_lag*der(T) = T_liquid - T;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T_lag dT/dt = T_liquid - T. T_liquid is the temperature of the water that comes, from either side; within 1 % of the nominal flow around zero the two sides go over into each other smoothly.</p>
<h4>Assumptions</h4>
<p>No pressure drop, no heat taken from the liquid, no error of calibration, no conduction along the pocket. The time constant does not depend on the flow; 10 to 30 s are usual in a pocket, 2 to 5 s directly immersed.</p>
<h4>Source</h4>
<p>First principles: lumped capacity of sensor and pocket.</p></html>"));
end TemperatureSensor;
