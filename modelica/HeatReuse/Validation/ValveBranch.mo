within HeatReuse.Validation;
model ValveBranch "Equal-percentage and linear valve, each in series with a fixed resistance at constant pressure difference"
  parameter HeatReuse.Types.Fraction authority = 0.5 "Authority of the valve";
  input Real command(unit="1", start=0.9) "Commanded lift";
  output Real relative_flow(unit="1") "Flow relative to the open valve";
  output Real relative_flow_linear(unit="1") "Flow of the linear valve relative to the open valve";
  output Real opening(unit="1") "Lift";
protected
  HeatReuse.Boundaries.PressureInlet inlet(p=3e5) "Supply";
  HeatReuse.Boundaries.PressureOutlet outlet(p=2e5) "Return";
  HeatReuse.Valves.EqualPercentageValve valve(m_flow_nominal=100, dp_nominal=authority*1e5, leakage=1e-6, T_stroke=10) "Valve";
  HeatReuse.Pipes.Resistance resistance(m_flow_nominal=100, dp_nominal=(1 - authority)*1e5) "Rest of the branch";
  HeatReuse.Pipes.Inertia inertia(L=10, A=0.1, m_flow_start=80) "Inertia";
  HeatReuse.Boundaries.SupplyAndReturn header(dp=1e5) "Supply and return of the linear valve";
  HeatReuse.Valves.LinearValve valve_linear(m_flow_nominal=100, dp_nominal=authority*1e5, leakage=1e-6, T_stroke=10) "Linear valve";
  HeatReuse.Pipes.Resistance resistance_linear(m_flow_nominal=100, dp_nominal=(1 - authority)*1e5) "Rest of the branch of the linear valve";
  HeatReuse.Pipes.Inertia inertia_linear(L=10, A=0.1, m_flow_start=80) "Inertia of the branch of the linear valve";
equation
  inlet.T_in = 313.15;
  valve.command = command;
  connect(inlet.port, valve.port_a);
  connect(valve.port_b, resistance.port_a);
  connect(resistance.port_b, inertia.port_a);
  connect(inertia.port_b, outlet.port);
  header.T_supply = 313.15;
  valve_linear.command = command;
  connect(header.port_supply, valve_linear.port_a);
  connect(valve_linear.port_b, resistance_linear.port_a);
  connect(resistance_linear.port_b, inertia_linear.port_a);
  connect(inertia_linear.port_b, header.port_return);
  relative_flow_linear = inertia_linear.m_flow/100;
  relative_flow = inertia.m_flow/100;
  opening = valve.opening;
  annotation (experiment(StopTime=100, Tolerance=1e-6), Documentation(info="<html><p>Compared with the installed characteristic 1/sqrt(1 - N + N/phi<sup>2</sup>) and its slope.</p></html>"));
end ValveBranch;
