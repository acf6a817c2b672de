within HeatReuse.Pipes;
model Strainer "Strainer that can clog"
  extends HeatReuse.Interfaces.PassThrough;
  parameter Real Kv(unit="m3/h") = 100 "Flow coefficient when clean: volume flow of cold water at 1 bar";
  parameter HeatReuse.Types.Density rho = 988 "Density of the liquid";
  parameter HeatReuse.Types.Fraction clogging(min=0, max=0.99) = 0 "Share of the free area that is blocked";
  parameter Boolean use_clogging_in = false "Take that share from an input";
  HeatReuse.Interfaces.RealInput clogging_in(unit="1") if use_clogging_in "Share of the free area that is blocked";
  HeatReuse.Types.Fraction open "Share of the free area that is left";
protected
  HeatReuse.Interfaces.RealOutput blocked "Share of the free area that is blocked";
  parameter HeatReuse.Types.MassFlowRate m_flow_Kv = HeatReuse.Valves.nominalFlow(Kv, rho) "Flow through the clean strainer at 1 bar";
equation
  connect(clogging_in, blocked);
  if not use_clogging_in then
    blocked = clogging;
  end if;
  open = HeatReuse.Utilities.clip(1 - blocked, 0.01, 1);
  dp = 1e5*HeatReuse.Utilities.quadratic(m_flow/(m_flow_Kv*open), 0.01);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dp = 1 bar (m_flow/(a m_Kv))<sup>2</sup> with the sign of the flow, linear below 1 % of a m_Kv. m_Kv = Kv/(3600 s/h) sqrt(1000 rho) (<a href=\"modelica://HeatReuse.Valves.nominalFlow\">nominalFlow</a>) and a = 1 - clogging, at
least 0.01.</p>
<h4>Assumptions</h4>
<p>The free area acts like an orifice: half of it blocked gives four times the pressure drop. Dirt is not balanced; how it grows is prescribed.</p>
<h4>Source</h4>
<p>Flow coefficient: IEC 60534-2-1.</p></html>"));
end Strainer;
