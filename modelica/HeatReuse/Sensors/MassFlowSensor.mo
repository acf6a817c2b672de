within HeatReuse.Sensors;
model MassFlowSensor "Mass flow in a pipe"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.Time T_lag(min=0.01) = 2 "Time constant of the sensor";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = 0 "Initial reading";
  HeatReuse.Interfaces.RealOutput reading(unit="kg/s", start=m_flow_start, fixed=true) "Reading";
equation
  dp = 0;
  T_lag*der(reading) = m_flow - reading;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T_lag d(reading)/dt = m_flow - reading; positive from port_a to port_b.</p>
<h4>Assumptions</h4>
<p>No pressure drop (put one into a <a href=\"modelica://HeatReuse.Pipes.Resistance\">Resistance</a>), no lower limit of the range, no error. Measures both directions.</p>
<h4>Source</h4>
<p>First principles: damping of a magnetic or ultrasonic flow meter as one lag.</p></html>"));
end MassFlowSensor;
