within HeatReuse.Examples;
model RackImbalance "Four racks on one manifold: the one that gets less coolant has the hotter chips"
  output HeatReuse.Types.Temperature T_chip[4] "Case temperature of the processors, per rack";
  output HeatReuse.Types.MassFlowRate m_flow[4] "Coolant flow, per rack";
  output HeatReuse.Types.PressureDifference dp "Pressure difference between the manifolds";
  output HeatReuse.Types.Power P_IT_drawn "Electric power of the racks after throttling";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_pump(start=0, fixed=true) "Energy taken in with the shaft power of the pump";
  output HeatReuse.Types.Energy E_in_coolant(start=0, fixed=true) "Energy taken in with the coolant, negative when heat is given";
protected
  HeatReuse.DataCenter.RackBranches racks(n=4, P_nominal={1e5, 1e5, 1e5, 1.3e5}, resistance_factor={1, 1.6, 3, 1}, T_supply_start=307.15) "Racks: the second and the third have more resistance, the fourth more power";
  HeatReuse.Boundaries.PressureInlet inlet(redeclare package Medium = HeatReuse.Media.PG25) "Coolant from the CDU";
  HeatReuse.Boundaries.PressureOutlet outlet(redeclare package Medium = HeatReuse.Media.PG25) "Coolant to the CDU";
  HeatReuse.Pipes.MixingVolume volume(redeclare package Medium = HeatReuse.Media.PG25, nPorts=2, V=0.05, T_start=307.15) "Suction of the pump";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=sum(racks.m_flow_nominal), dp_nominal=1.2e5, rho=HeatReuse.Media.PG25.rho_nominal) "Pump";
  HeatReuse.Tables.TimeTable speed(t={0, 600, 630, 1200, 1230, 1800}, y={0.9, 0.9, 0.55, 0.55, 0.9, 0.9}) "Command of the pump";
equation
  inlet.T_in = 307.15;
  pump.command = speed.v;
  racks.P = {1e5, 1e5, 1e5, 1.3e5};
  connect(inlet.port, volume.ports[1]);
  connect(volume.ports[2], pump.port_a);
  connect(pump.heatPort, volume.heatPort);
  connect(pump.port_b, racks.port_a);
  connect(racks.port_b, outlet.port);
  T_chip = racks.T_chip;
  m_flow = racks.m_flow;
  dp = racks.dp;
  P_IT_drawn = racks.P_drawn;
  U = volume.U + racks.U;
  der(E_in_IT) = racks.P_drawn;
  der(E_in_pump) = pump.P_shaft;
  der(E_in_coolant) = inlet.H_flow + outlet.H_flow;
  annotation (experiment(StopTime=1800, Interval=5, Tolerance=1e-6), Documentation(info="<html><p>Coolant of 34 degC; 100 kW in three racks, 130 kW in the fourth, which has larger manifolds. The resistance of the second rack
is 1.6 times, that of the third 3 times that of the first: at the same pressure difference they get 79 and 58 % of its flow and their chips are hotter. When the pump slows down to 55 % after 600 s, the underfed
rack suffers most.</p></html>"));
end RackImbalance;
