within HeatReuse.Pipes;
model Resistance "Quadratic pressure drop"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal mass flow";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop at nominal flow";
equation
  dp = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dp = dp_nominal (m_flow/m_flow_nominal)<sup>2</sup>, with the sign of the flow, linear below 1 % of the nominal flow: dp = dp_nominal q sqrt(q<sup>2</sup> + 0.01<sup>2</sup>), q = m_flow/m_flow_nominal.</p>
<h4>Assumptions</h4>
<p>Fully turbulent: fittings, exchangers, whole circuits of which one point is known. Friction of pipes with its laminar range: <a href=\"modelica://HeatReuse.Pipes.pressureDrop\">pressureDrop</a>. Friction heat is
left to the pumps.</p>
<h4>Source</h4>
<p>Loss coefficient of turbulent flow; the linear part near zero is a regularisation.</p></html>"));
end Resistance;
