within HeatReuse.Validation;
model Resistances "Strainer, check valve and linear valve one behind the other with prescribed flow"
  parameter Real Kv(unit="m3/h") = 63 "Flow coefficient of strainer and valve";
  parameter HeatReuse.Types.Fraction clogging = 0.5 "Blocked share of the strainer";
  input HeatReuse.Types.MassFlowRate m_flow(start=10) "Flow";
  input Real command(unit="1", start=0.5) "Commanded lift of the valve";
  output HeatReuse.Types.PressureDifference dp_strainer "Pressure drop of the strainer";
  output HeatReuse.Types.PressureDifference dp_check "Pressure drop of the check valve";
  output HeatReuse.Types.PressureDifference dp_valve "Pressure drop of the valve";
  output Real opening(unit="1") "Lift of the valve";
protected
  HeatReuse.Boundaries.FlowInlet inlet "Water entering";
  HeatReuse.Pipes.Strainer strainer(Kv=Kv, clogging=clogging) "Strainer";
  HeatReuse.Valves.CheckValve check(m_flow_nominal=10, dp_nominal=5e3, dp_opening=1e3) "Check valve";
  HeatReuse.Valves.LinearValve valve(m_flow_nominal=HeatReuse.Valves.nominalFlow(Kv, 988), dp_nominal=1e5, leakage=1e-3, T_stroke=10, opening_start=0.5) "Valve";
  HeatReuse.Boundaries.PressureOutlet outlet "Water leaving";
equation
  inlet.m_flow_in = m_flow;
  inlet.T_in = 323.15;
  valve.command = command;
  connect(inlet.port, strainer.port_a);
  connect(strainer.port_b, check.port_a);
  connect(check.port_b, valve.port_a);
  connect(valve.port_b, outlet.port);
  dp_strainer = strainer.dp;
  dp_check = check.dp;
  dp_valve = valve.dp;
  opening = valve.opening;
  annotation (experiment(StopTime=100, Tolerance=1e-6), Documentation(info="<html><p>Compared with flow coefficients after IEC 60534 and with the relations of the components worked out by hand.</p></html>"));
end Resistances;
