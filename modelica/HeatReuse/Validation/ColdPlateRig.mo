within HeatReuse.Validation;
model ColdPlateRig "One processor of 1 kW on its plate, with prescribed flow and power"
  input Real V_flow(unit="l/min", start=1.5, min=0, max=5) "Coolant flow";
  input HeatReuse.Types.Power P(start=1000, min=0, max=2000) "Electric power";
  input HeatReuse.Types.Temperature T_in(start=307.15, min=278.15, max=333.15) "Coolant entering";
  output HeatReuse.Types.Temperature T_die "Temperature of the die";
  output HeatReuse.Types.Temperature T_case "Temperature of the case";
  output HeatReuse.Types.Temperature T_out "Coolant leaving";
  output Real R(unit="K/W") "Case minus coolant inlet temperature over power drawn";
  output HeatReuse.Types.Power P_drawn "Electric power after throttling and trip";
  output HeatReuse.Types.Fraction tripped "1 when the processor has switched off";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the power";
  output HeatReuse.Types.Energy E_in_coolant(start=0, fixed=true) "Energy taken in with the coolant, negative when heat is given";
protected
  HeatReuse.DataCenter.Rack rack(P_nominal=1e3) "Processor with plate";
  HeatReuse.Boundaries.FlowInlet inlet(redeclare package Medium = HeatReuse.Media.PG25) "Coolant entering";
  HeatReuse.Boundaries.PressureOutlet outlet(redeclare package Medium = HeatReuse.Media.PG25) "Coolant leaving";
equation
  rack.P = P;
  inlet.m_flow_in = V_flow/60000*HeatReuse.Media.PG25.density(T_in);
  inlet.T_in = T_in;
  connect(inlet.port, rack.port_a);
  connect(rack.port_b, outlet.port);
  T_die = rack.chip.T_die;
  T_case = rack.chip.T_case;
  T_out = rack.plate.T[3];
  R = (T_case - T_in)/noEvent(max(rack.P_drawn, 1));
  P_drawn = rack.P_drawn;
  tripped = rack.chip.tripped;
  U = rack.U;
  der(E_in_IT) = rack.P_drawn;
  der(E_in_coolant) = inlet.H_flow + outlet.H_flow;
  annotation (experiment(StopTime=60, Tolerance=1e-6), Documentation(info="<html><p>Compared with the table of thermal resistance over flow of the OCP OAI liquid-cooling guidelines (2023), and with the time that chip, plate and
the coolant in it need to heat up without flow.</p></html>"));
end ColdPlateRig;
