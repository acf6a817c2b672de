within HeatReuse.Examples;
model ParallelCDUs "One CDU valve opens: what the other CDUs on the header see"
  output HeatReuse.Types.MassFlowRate m_flow_fws[4] "Facility water flow, per CDU";
  output HeatReuse.Types.Temperature T_tcs_supply[4] "Coolant to the racks, per CDU";
  output HeatReuse.Types.Temperature T_chip[4] "Case temperature of the processors, per CDU";
  output HeatReuse.Types.PressureDifference dp_header "Pressure difference between the headers";
  output HeatReuse.Types.Temperature T_fws_out "Facility water leaving";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_pumps(start=0, fixed=true) "Energy taken in with the shaft power of the pumps";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the facility water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the room around the buffer";
protected
  HeatReuse.DataCenter.ParallelCDUs cdus(n=4, opening_start=0.75) "CDUs with racks";
  HeatReuse.DataCenter.BufferVolume buffer(n=2, V=6, m_flow_nominal=sum(cdus.m2_flow_nominal), T_start=303.15) "Buffer in the supply";
  HeatReuse.Boundaries.Temperature room "Room around the buffer";
  HeatReuse.Boundaries.PressureInlet inlet "Facility water supply";
  HeatReuse.Boundaries.PressureOutlet outlet "Facility water return";
  HeatReuse.Pipes.MixingVolume volume(nPorts=2, V=0.5, T_start=303.15) "Suction of the pump";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=sum(cdus.m2_flow_nominal), dp_nominal=1.5e5) "Pump of the facility loop at constant speed";
  HeatReuse.Tables.TimeTable opening(t={0, 600, 605, 1500, 1505, 2400}, y={0.75, 0.75, 1, 1, 0.4, 0.4}) "Command of the valve of CDU 1";
  HeatReuse.Tables.TimeTable load(t={0, 600, 605, 1500, 1505, 2400}, y={1e6, 1e6, 1.2e6, 1.2e6, 0.4e6, 0.4e6}) "IT power of CDU 1";
equation
  inlet.T_in = 303.15;
  room.T_in = 298.15;
  pump.command = 0.9;
  cdus.P = {load.v, 1e6, 1e6, 1e6};
  cdus.speed_pump = fill(0.9, 4);
  cdus.opening_valve = {opening.v, 0.75, 0.75, 0.75};
  connect(inlet.port, buffer.port_a);
  connect(buffer.port_b, volume.ports[1]);
  connect(volume.ports[2], pump.port_a);
  connect(pump.heatPort, volume.heatPort);
  connect(pump.port_b, cdus.port_a);
  connect(cdus.port_b, outlet.port);
  connect(room.port, buffer.heatPort);
  m_flow_fws = cdus.m2_flow;
  T_tcs_supply = cdus.T_supply;
  T_chip = cdus.T_chip;
  dp_header = cdus.dp;
  T_fws_out = cdus.T_fws_out;
  U = volume.U + buffer.U + cdus.U;
  der(E_in_IT) = cdus.P_drawn;
  der(E_in_pumps) = pump.P_shaft + cdus.P_shaft;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  der(E_in_room) = room.Q_flow;
  annotation (experiment(StopTime=2400, Interval=5, Tolerance=1e-6), Documentation(info="<html><p>Four CDUs of 1 MW on one header with a pump at constant speed. After 600 s the load of CDU 1 rises and its valve opens fully: the common
header takes more pressure, so the flow of the three others falls and their coolant warms up although nobody touched them. After 1500 s the valve closes to 40 % and the others get more than they asked for. Controllers of the
single CDUs react to this: the loops interact through the header.</p></html>"));
end ParallelCDUs;
