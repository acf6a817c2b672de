within HeatReuse.Plants;
model ThermalStorage "Stratified tank that separates heat pumps and network hydraulically"
  parameter HeatReuse.Types.Volume V = 2000 "Volume of the tank";
  parameter HeatReuse.Types.Length height = 16 "Height of the tank";
  parameter Integer n(min=4) = 30 "Number of layers";
  parameter HeatReuse.Types.Volume V_header = 5 "Volume of each header";
  parameter HeatReuse.Types.HeatTransferCoefficient U_wall = 0.15 "Heat loss coefficient of the side wall";
  parameter HeatReuse.Types.HeatTransferCoefficient U_top = 0.15 "Heat loss coefficient of the roof";
  parameter HeatReuse.Types.HeatTransferCoefficient U_bottom = 0.2 "Heat loss coefficient of the floor";
  parameter HeatReuse.Types.Fraction mixing_inlet = 0.2 "Flow exchanged between the two layers next to the inlet, over the inlet flow";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal flow of the tank, for rounding at zero only";
  parameter HeatReuse.Types.Temperature T_hot_ref = 348.15 "Temperature of a full tank";
  parameter HeatReuse.Types.Temperature T_cold_ref = 318.15 "Temperature of an empty tank";
  parameter HeatReuse.Types.Temperature T_top_start = 348.15 "Initial temperature above the thermocline and in the hot header";
  parameter HeatReuse.Types.Temperature T_bottom_start = 318.15 "Initial temperature below the thermocline and in the cold header";
  parameter HeatReuse.Types.Fraction state_of_charge_start = 0.5 "Initial share of the height above the thermocline";

  input HeatReuse.Types.MassFlowRate m_flow_source(start=95.6, min=0, max=1000) "Flow from the heat pumps";
  input HeatReuse.Types.Temperature T_source_in(start=348.15, min=273.15, max=393.15) "Water from the heat pumps";
  input HeatReuse.Types.MassFlowRate m_flow_load(start=80, min=0, max=1000) "Flow to the network";
  input HeatReuse.Types.Temperature T_load_in(start=318.15, min=273.15, max=393.15) "Water returning from the network";
  input HeatReuse.Types.Temperature T_ambient(start=278.15, min=233.15, max=323.15) "Temperature of the outdoor air around the tank";

  output HeatReuse.Types.Temperature T_load_out "Water to the network";
  output HeatReuse.Types.Temperature T_source_out "Water to the heat pumps";
  output HeatReuse.Types.MassFlowRate m_flow_charge "Flow into the top of the tank, negative when it discharges";
  output HeatReuse.Types.Temperature T[n] "Water temperature from top to bottom, per layer";
  output HeatReuse.Types.Temperature T_top "Temperature of the uppermost layer";
  output HeatReuse.Types.Temperature T_bottom "Temperature of the lowest layer";
  output Real state_of_charge(unit="1") "Mean temperature relative to T_cold_ref and T_hot_ref";
  output HeatReuse.Types.HeatFlowRate Q_flow_charge "Heat flow into the tank through its nozzles, negative when it discharges";
  output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the outdoor air";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the water of the heat pumps";
  output HeatReuse.Types.Energy E_in_load(start=0, fixed=true) "Energy taken in with the water of the network, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ambient(start=0, fixed=true) "Energy taken in from the outdoor air, negative for a loss";
protected
  HeatReuse.Storage.StratifiedTank tank(V=V, height=height, n=n, U_wall=U_wall, U_top=U_top, U_bottom=U_bottom, mixing_inlet=mixing_inlet, m_flow_nominal=m_flow_nominal,
    T_top_start=T_top_start, T_bottom_start=T_bottom_start, share_start=state_of_charge_start) "Tank";
  HeatReuse.Pipes.MixingVolume header_hot(nPorts=3, V=V_header, T_start=T_top_start) "Hot header";
  HeatReuse.Pipes.MixingVolume header_cold(nPorts=3, V=V_header, T_start=T_bottom_start) "Cold header";
  HeatReuse.Boundaries.FlowInlet source_inlet "Water from the heat pumps";
  HeatReuse.Boundaries.FlowOutlet load_outlet "Water to the network";
  HeatReuse.Boundaries.FlowInlet load_inlet "Water from the network";
  HeatReuse.Boundaries.PressureOutlet source_outlet "Water to the heat pumps";
  HeatReuse.Boundaries.Temperature ambient "Outdoor air";
equation
  source_inlet.m_flow_in = m_flow_source;
  source_inlet.T_in = T_source_in;
  load_outlet.m_flow_out = m_flow_load;
  load_inlet.m_flow_in = m_flow_load;
  load_inlet.T_in = T_load_in;
  ambient.T_in = T_ambient;
  connect(source_inlet.port, header_hot.ports[1]);
  connect(header_hot.ports[2], load_outlet.port);
  connect(header_hot.ports[3], tank.port_a);
  connect(tank.port_b, header_cold.ports[1]);
  connect(load_inlet.port, header_cold.ports[2]);
  connect(header_cold.ports[3], source_outlet.port);
  connect(tank.heatPort, ambient.port);
  T_load_out = load_outlet.T;
  T_source_out = source_outlet.T;
  m_flow_charge = tank.m_flow;
  T = tank.T;
  T_top = tank.T[1];
  T_bottom = tank.T[n];
  state_of_charge = (sum(tank.T)/n - T_cold_ref)/(T_hot_ref - T_cold_ref);
  Q_flow_charge = tank.H_flow_net;
  Q_flow_loss = tank.Q_flow_loss;
  U = tank.U + header_hot.U + header_cold.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_load) = load_inlet.H_flow + load_outlet.H_flow;
  der(E_in_ambient) = ambient.Q_flow;
  annotation (experiment(StopTime=86400, Tolerance=1e-6), Documentation(info="<html>
<p>Hydraulic separator: the heat pumps push m_flow_source into the hot header and take the same flow from the cold header; the network takes m_flow_load and returns it. The
difference m_flow_charge = m_flow_source - m_flow_load passes the <a href=\"modelica://HeatReuse.Storage.StratifiedTank\">StratifiedTank</a> downwards (charging) or upwards.</p>
<p>U(t) - U(0) = E_in_source + E_in_load + E_in_ambient. The headers lose no heat. state_of_charge may leave 0..1 when the tank is colder or hotter than its references.</p></html>"));
end ThermalStorage;
