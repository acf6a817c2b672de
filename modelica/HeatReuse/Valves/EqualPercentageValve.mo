within HeatReuse.Valves;
model EqualPercentageValve "Control valve with actuator, equal-percentage characteristic and leakage"
  extends HeatReuse.Interfaces.PartialValve;
  parameter Real R(unit="1") = 50 "Rangeability";
equation
  phi = HeatReuse.Valves.equalPercentage(opening, R, leakage);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dp = dp_nominal (m_flow/(phi m_flow_nominal))<sup>2</sup> with the sign of the flow and phi = R<sup>l - 1</sup> of the lift l (<a href=\"modelica://HeatReuse.Valves.equalPercentage\">equalPercentage</a>). The lift follows the
command with the actuator: <a href=\"modelica://HeatReuse.Utilities.Actuator\">Actuator</a>, with play <a href=\"modelica://HeatReuse.Utilities.BacklashActuator\">BacklashActuator</a>, with stiction
<a href=\"modelica://HeatReuse.Utilities.StickingActuator\">StickingActuator</a>.</p>
<p>With authority N (pressure drop of the open valve over that of the whole branch) the relative flow at relative lift l is 1/sqrt(1 - N + N/phi(l)<sup>2</sup>).</p>
<h4>Assumptions</h4>
<p>Turbulent flow through the seat, linear in the flow below 1 % of what the valve lets through at dp_nominal. Below a lift of 0.05 the seat closes and phi goes to the leakage. No cavitation or choked flow; friction heat is
left to the pumps.</p>
<h4>Source</h4>
<p>Inherent characteristic: IEC 60534-2-4. Leakage as a share of the flow coefficient: IEC 60534-4 (class IV 1e-4, III 1e-3).</p></html>"));
end EqualPercentageValve;
