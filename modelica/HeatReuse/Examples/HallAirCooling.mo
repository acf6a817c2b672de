within HeatReuse.Examples;
model HallAirCooling "Air-cooled hall: half of the air handlers stop, the servers breathe their own exhaust"
  output HeatReuse.Types.Temperature T_cold "Cold aisle";
  output HeatReuse.Types.Temperature T_hot "Hot aisle";
  output HeatReuse.Types.Temperature T_server "Servers";
  output HeatReuse.Types.Temperature T_water "Water leaving the coils";
  output HeatReuse.Types.MassFlowRate m_flow_crah "Air flow of the air handlers";
  output HeatReuse.Types.MassFlowRate m_flow_server "Air flow of the servers";
  output HeatReuse.Types.HeatFlowRate Q_flow_coil "Heat from air to water";
  output HeatReuse.Types.Power P_fans "Power of the fans of servers and air handlers";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_fans(start=0, fixed=true) "Energy taken in with the power of all fans";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the chilled water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the surroundings of the hall";
protected
  HeatReuse.DataCenter.ServerAir servers "Servers";
  HeatReuse.DataCenter.HallAir hall "Aisles";
  HeatReuse.DataCenter.CRAHCoil coil(Q_flow_nominal=1.6e6) "Air handlers";
  HeatReuse.Boundaries.FlowInlet inlet "Chilled water";
  HeatReuse.Boundaries.PressureOutlet outlet "Chilled water back";
  HeatReuse.Boundaries.Temperature surroundings "Surroundings of the hall";
  HeatReuse.Tables.TimeTable speed(t={0, 1200, 1202, 3000, 3002, 4800}, y={1, 1, 0.5, 0.5, 1, 1}) "Command of the fans of the air handlers";
equation
  servers.P = 1.5e6;
  servers.T_air_in = hall.T_cold;
  coil.T_air_in = hall.T_hot;
  coil.command = speed.v;
  hall.m_flow_server = servers.m_flow;
  hall.Q_flow_server = servers.Q_flow;
  hall.m_flow_crah = coil.m_flow_air;
  hall.Q_flow_crah = coil.Q_flow - coil.P_fan;
  inlet.T_in = 291.15;
  inlet.m_flow_in = coil.m_flow_nominal;
  surroundings.T_in = 298.15;
  connect(inlet.port, coil.port_a);
  connect(coil.port_b, outlet.port);
  connect(surroundings.port, hall.heatPort);
  T_cold = hall.T_cold;
  T_hot = hall.T_hot;
  T_server = servers.T;
  T_water = coil.T;
  m_flow_crah = coil.m_flow_air;
  m_flow_server = servers.m_flow;
  Q_flow_coil = coil.Q_flow;
  P_fans = servers.P_fan + coil.P_fan;
  U = servers.U + hall.U + coil.U;
  der(E_in_IT) = servers.P_drawn;
  der(E_in_fans) = servers.P_fan + coil.P_fan;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  der(E_in_room) = surroundings.Q_flow;
  annotation (experiment(StopTime=4800, Interval=10, Tolerance=1e-6), Documentation(info="<html><p>1.5 MW of air-cooled servers on water of 18 degC. After 1200 s the air handlers fall to half of their flow. The servers need more air than comes and draw in
their own exhaust: the cold aisle warms up, their fans speed up and recirculate still more. Fan power first falls with the air handlers and then rises above what it was, for the same heat; the cold aisle
ends up 12 K warmer.</p></html>"));
end HallAirCooling;
