within HeatReuse.Valves;
function nominalFlow "Mass flow at a pressure drop of 1 bar, from the flow coefficient Kv"
  input Real Kv(unit="m3/h") "Flow coefficient: volume flow of cold water at 1 bar";
  input HeatReuse.Types.Density rho "Density of the liquid";
  output HeatReuse.Types.MassFlowRate m_flow "Mass flow at 1 bar";
algorithm
  m_flow := Kv/3600*sqrt(rho*1000);
  annotation (Inline=true, Documentation(info="<html><p>Volume flow = Kv sqrt(dp/(1 bar) 1000 kg/m<sup>3</sup>/rho), so mass flow at 1 bar = Kv sqrt(1000 rho). A valve with Kv = 63 m<sup>3</sup>/h:
<code>EqualPercentageValve(m_flow_nominal=HeatReuse.Valves.nominalFlow(63, 988), dp_nominal=1e5)</code>.</p><p>Source: IEC 60534-2-1.</p></html>"));
end nominalFlow;
