within HeatReuse.Valves;
model EqualPercentageValve "Control valve with actuator, equal-percentage characteristic and leakage"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Flow through the open valve at dp_nominal";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop of the open valve at nominal flow";
  parameter Real R(unit="1") = 50 "Rangeability";
  parameter HeatReuse.Types.Fraction leakage = 1e-3 "Flow coefficient of the closed valve relative to the open one";
  parameter HeatReuse.Types.Time T_stroke = 60 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction opening_start = 0.9 "Initial lift";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded lift";
  HeatReuse.Types.Fraction opening "Lift";
  HeatReuse.Types.Fraction phi "Flow coefficient relative to the open valve";
protected
  HeatReuse.Utilities.Actuator actuator(T_stroke=T_stroke, y_start=opening_start) "Motor of the valve";
equation
  actuator.command = command;
  opening = actuator.y;
  phi = HeatReuse.Valves.equalPercentage(opening, R, leakage);
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal*phi)/phi^2;
  annotation (Documentation(info="<html><p>dp = dp_nominal (m_flow/(phi m_flow_nominal))<sup>2</sup> with phi from
<a href=\"modelica://HeatReuse.Valves.equalPercentage\">equalPercentage</a>. The lift follows the command with the rate of the actuator.</p>
<p>With authority N (pressure drop of the open valve over that of the whole branch) the relative flow at relative lift l is
1/sqrt(1 - N + N/phi(l)<sup>2</sup>). Limits: no stiction, no backlash, no cavitation.</p></html>"));
end EqualPercentageValve;
