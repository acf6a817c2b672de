within HeatReuse.Pipes;
function pressureDrop "Pressure drop of a straight pipe at any flow"
  input HeatReuse.Types.MassFlowRate m_flow "Mass flow";
  input HeatReuse.Types.Length L "Length";
  input HeatReuse.Types.Length D "Inner diameter";
  input HeatReuse.Types.Length roughness "Roughness of the wall";
  input HeatReuse.Types.Density rho "Density";
  input HeatReuse.Types.DynamicViscosity mu "Dynamic viscosity";
  output HeatReuse.Types.PressureDifference dp "Pressure drop, with the sign of the flow";
algorithm
  dp := m_flow*0.6366197723675814*L*mu/(rho*D^4)*HeatReuse.Pipes.frictionNumber(1.2732395447351628*noEvent(abs(m_flow))/(D*mu), roughness/D);
  annotation (Inline=true, Documentation(info="<html>
<p>dp = f L/D rho v|v|/2, written as (f Re) m_flow 2 L mu/(&pi; rho D<sup>4</sup>) with Re = 4 |m_flow|/(&pi; D mu): linear in the flow where it is laminar, so that nothing is divided by a flow that is zero. f Re from
<a href=\"modelica://HeatReuse.Pipes.frictionNumber\">frictionNumber</a>.</p></html>"));
end pressureDrop;
