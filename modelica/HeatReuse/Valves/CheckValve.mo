within HeatReuse.Valves;
model CheckValve "Non-return valve: little resistance one way, hardly any flow the other way"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal mass flow";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e3 "Pressure drop of the open valve at nominal flow, without that of the spring";
  parameter HeatReuse.Types.PressureDifference dp_opening(min=0) = 1e3 "Pressure difference at which the spring opens";
  parameter Real closed_ratio(unit="1") = 1e6 "Resistance of the closed valve over that of the open one";
protected
  Real q(unit="1") "Flow over nominal flow";
equation
  q = m_flow/m_flow_nominal;
  dp = dp_nominal*(HeatReuse.Utilities.quadratic(q, 0.01) - closed_ratio*noEvent(min(q, 0))^2) + dp_opening*tanh(noEvent(max(q, 0))/0.01);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>With q = m_flow/m_flow_nominal: dp = dp_nominal (q|q| - closed_ratio min(q, 0)<sup>2</sup>) + dp_opening tanh(max(q, 0)/0.01); the first term is linear below |q| = 0.01.</p>
<h4>Assumptions</h4>
<p>The disc follows the flow at once and does not slam. The closed valve leaks q = sqrt(dp/(closed_ratio dp_nominal)): 0.6 % of the nominal flow at 2 bar with the defaults. The force of the spring is constant over the stroke; below
dp_opening what passes is less than 1 % of the nominal flow times dp/dp_opening, about.</p>
<h4>Source</h4>
<p>First principles: resistance with a direction.</p></html>"));
end CheckValve;
