within HeatReuse.Valves;
model LinearValve "Control valve with actuator, linear characteristic and leakage"
  extends HeatReuse.Interfaces.PartialValve;
equation
  phi = leakage + (1 - leakage)*HeatReuse.Utilities.clip(opening, 0, 1);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dp = dp_nominal (m_flow/(phi m_flow_nominal))<sup>2</sup> with the sign of the flow and phi = leakage + (1 - leakage) l of the lift l. The lift follows the command with the actuator, which can be replaced by one with play
or stiction.</p>
<p>With authority N the relative flow is 1/sqrt(1 - N + N/phi<sup>2</sup>): at low authority most of the flow is there at a small lift, which is why coils and exchangers get an
<a href=\"modelica://HeatReuse.Valves.EqualPercentageValve\">EqualPercentageValve</a>.</p>
<h4>Assumptions</h4>
<p>Turbulent flow through the seat, linear in the flow below 1 % of what the valve lets through at dp_nominal. No cavitation or choked flow; friction heat is left to the pumps.</p>
<h4>Source</h4>
<p>Inherent characteristic: IEC 60534-2-4. Leakage as a share of the flow coefficient: IEC 60534-4 (class IV 1e-4, III 1e-3).</p></html>"));
end LinearValve;
