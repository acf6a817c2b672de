within HeatReuse.Plants;
model DistrictGrid "District-heating network: tree with supply and return, four consumers"
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 14e6 "Peak demand of all consumers";
  parameter Real share[4](each unit="1") = {0.30, 0.25, 0.25, 0.20} "Share of the peak demand, per consumer";
  parameter HeatReuse.Types.Temperature T_supply_nominal = 348.15 "Nominal supply temperature";
  parameter HeatReuse.Types.Temperature T_secondary_supply = 333.15 "Set point of the consumers' secondary supply";
  parameter HeatReuse.Types.Temperature T_secondary_return = 313.15 "Consumers' secondary return";
  parameter HeatReuse.Types.TemperatureDifference dT_return = 4 "Primary return of the substations above the secondary return";
  parameter HeatReuse.Types.Length L_trunk[3] = {1000, 1000, 1000} "Length of the trunk, per section";
  parameter HeatReuse.Types.Length L_branch[4] = {1600, 1500, 1300, 1400} "Length of the branch, per consumer";
  parameter Integer n_trunk(min=3) = 12 "Cells of a section of the trunk";
  parameter Integer n_branch(min=3) = 13 "Cells of a branch";
  parameter HeatReuse.Types.Fraction diameter_factor = (Q_flow_nominal/14e6)^0.38 "Inner diameters relative to the pipe sizes; the default keeps about the pressure drop per metre when the network is scaled";
  parameter HeatReuse.Types.Fraction insulation_factor = 1 "Factor on the heat loss coefficient of all pipes";
  parameter HeatReuse.Types.PressureDifference dp_pump_nominal = 9.3e5 "Head of the network pump at peak flow and nominal speed";
  parameter HeatReuse.Types.Fraction speed_nominal = 0.95 "Speed of the network pump at peak flow";
  parameter HeatReuse.Types.Time T_rise_pump = 30 "Time of the pump from standstill to full speed";
  parameter HeatReuse.Types.PressureDifference dp_consumer_nominal = 6e4 "Pressure difference that a substation needs at its peak";
  parameter Real k_thermostat(unit="1/K") = 0.015 "Gain of the consumers' thermostats";
  parameter HeatReuse.Types.Time Ti_thermostat = 120 "Integral time of the consumers' thermostats";
  parameter HeatReuse.Types.Fraction bypass_share = 0.005 "Flow through the bypass at the end of the trunk, share of the peak flow at 1 bar";
  parameter HeatReuse.Types.Fraction load_start = 0.7 "Initial demand over peak demand";
  parameter HeatReuse.Types.Temperature T_supply_start = 347.15 "Initial temperature of the supply pipes";
  parameter HeatReuse.Types.Temperature T_return_start = 317.15 "Initial temperature of the return pipes";

  input HeatReuse.Types.Temperature T_supply(start=348.15, min=273.15, max=403.15) "Supply temperature";
  input Real speed_pump(unit="1", start=0.7, min=0, max=1) "Command of the network pump";
  input HeatReuse.Types.HeatFlowRate Q_flow_demand[4](start={3.0e6, 2.5e6, 2.5e6, 2.0e6}, each min=0, each max=1e9) "Heat demand, per consumer";
  input HeatReuse.Types.Temperature T_ground(start=281.15, min=243.15, max=313.15) "Temperature of the undisturbed ground";

  output HeatReuse.Types.Temperature T_return "Return temperature";
  output HeatReuse.Types.MassFlowRate m_flow "Flow of the network";
  output HeatReuse.Types.PressureDifference dp_critical "Smallest pressure difference at a consumer";
  output HeatReuse.Types.PressureDifference dp_pump "Head of the network pump";
  output HeatReuse.Types.HeatFlowRate Q_flow_delivered[4] "Heat taken, per consumer";
  output HeatReuse.Types.HeatFlowRate Q_flow_delivered_total "Heat taken by all consumers";
  output HeatReuse.Types.HeatFlowRate Q_flow_unmet "Demand of all consumers that is not met";
  output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the ground";
  output HeatReuse.Types.Power P_pump "Electric power of the network pump";
  output HeatReuse.Types.Temperature T_consumer[4] "Primary supply temperature, per consumer";
  output HeatReuse.Types.Temperature T_secondary[4] "Secondary supply temperature, per consumer";
  output Real opening[4](each unit="1") "Lift of the control valve, per consumer";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_supply(start=0, fixed=true) "Energy taken in with the water of the plant: supply minus return";
  output HeatReuse.Types.Energy E_in_consumers(start=0, fixed=true) "Energy taken in from the consumers, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ground(start=0, fixed=true) "Energy taken in from the ground, negative for a loss";
  output HeatReuse.Types.Energy E_in_pump(start=0, fixed=true) "Energy taken in with the shaft power of the pump";
  output HeatReuse.Types.Energy E_demand(start=0, fixed=true) "Heat that the consumers asked for";
  output HeatReuse.Types.Energy E_unmet(start=0, fixed=true) "Heat that the consumers asked for and did not get at that time";
  output HeatReuse.Types.Energy E_pump(start=0, fixed=true) "Electricity of the network pump";

  final parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(HeatReuse.Media.Water.cp_nominal*(T_supply_nominal - 2 - T_secondary_return - dT_return)) "Peak flow: 2 K lost on the way";
protected
  HeatReuse.Boundaries.PressureInlet inlet "Supply";
  HeatReuse.Boundaries.PressureOutlet outlet "Return";
  HeatReuse.Boundaries.Temperature ground "Ground";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_nominal, dp_nominal=dp_pump_nominal, speed_nominal=speed_nominal, T_rise=T_rise_pump, speed_start=0.7) "Network pump, in the return";
  HeatReuse.Pipes.MixingVolume return_header(nPorts=2, V=5*Q_flow_nominal/14e6, T_start=T_return_start) "Return header of the plant";
  HeatReuse.Pipes.Pipe trunk_1_supply(n=n_trunk, L=L_trunk[1], data=HeatReuse.Pipes.Data.DN250(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=m_flow_nominal, T_start=T_supply_start) "Section 1 of the trunk, supply";
  HeatReuse.Pipes.Pipe trunk_1_return(n=n_trunk, L=L_trunk[1], data=HeatReuse.Pipes.Data.DN250(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=m_flow_nominal, T_start=T_return_start) "Section 1 of the trunk, return";
  HeatReuse.Pipes.Pipe trunk_2_supply(n=n_trunk, L=L_trunk[2], data=HeatReuse.Pipes.Data.DN250(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=m_flow_2, T_start=T_supply_start) "Section 2 of the trunk, supply";
  HeatReuse.Pipes.Pipe trunk_2_return(n=n_trunk, L=L_trunk[2], data=HeatReuse.Pipes.Data.DN250(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=m_flow_2, T_start=T_return_start) "Section 2 of the trunk, return";
  HeatReuse.Pipes.Pipe trunk_3_supply(n=n_trunk, L=L_trunk[3], data=HeatReuse.Pipes.Data.DN200(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=m_flow_3, T_start=T_supply_start) "Section 3 of the trunk, supply";
  HeatReuse.Pipes.Pipe trunk_3_return(n=n_trunk, L=L_trunk[3], data=HeatReuse.Pipes.Data.DN200(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=m_flow_3, T_start=T_return_start) "Section 3 of the trunk, return";
  HeatReuse.Pipes.Pipe branch_1_supply(n=n_branch, L=L_branch[1], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[1]*m_flow_nominal, T_start=T_supply_start) "Branch to consumer 1, supply";
  HeatReuse.Pipes.Pipe branch_1_return(n=n_branch, L=L_branch[1], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[1]*m_flow_nominal, T_start=T_return_start) "Branch to consumer 1, return";
  HeatReuse.Pipes.Pipe branch_2_supply(n=n_branch, L=L_branch[2], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[2]*m_flow_nominal, T_start=T_supply_start) "Branch to consumer 2, supply";
  HeatReuse.Pipes.Pipe branch_2_return(n=n_branch, L=L_branch[2], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[2]*m_flow_nominal, T_start=T_return_start) "Branch to consumer 2, return";
  HeatReuse.Pipes.Pipe branch_3_supply(n=n_branch, L=L_branch[3], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[3]*m_flow_nominal, T_start=T_supply_start) "Branch to consumer 3, supply";
  HeatReuse.Pipes.Pipe branch_3_return(n=n_branch, L=L_branch[3], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[3]*m_flow_nominal, T_start=T_return_start) "Branch to consumer 3, return";
  HeatReuse.Pipes.Pipe branch_4_supply(n=n_branch, L=L_branch[4], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[4]*m_flow_nominal, T_start=T_supply_start) "Branch to consumer 4, supply";
  HeatReuse.Pipes.Pipe branch_4_return(n=n_branch, L=L_branch[4], data=HeatReuse.Pipes.Data.DN150(), diameter_factor=diameter_factor, insulation_factor=insulation_factor, m_flow_nominal=share[4]*m_flow_nominal, T_start=T_return_start) "Branch to consumer 4, return";
  HeatReuse.Pipes.MixingVolume node_a_supply(nPorts=3, V=node_volume, T_start=T_supply_start) "First branching, supply";
  HeatReuse.Pipes.MixingVolume node_b_supply(nPorts=3, V=node_volume, T_start=T_supply_start) "Second branching, supply";
  HeatReuse.Pipes.MixingVolume node_c_supply(nPorts=4, V=node_volume, T_start=T_supply_start) "End of the trunk, supply";
  HeatReuse.Pipes.MixingVolume node_a_return(nPorts=3, V=node_volume, T_start=T_return_start) "First branching, return";
  HeatReuse.Pipes.MixingVolume node_b_return(nPorts=3, V=node_volume, T_start=T_return_start) "Second branching, return";
  HeatReuse.Pipes.MixingVolume node_c_return(nPorts=4, V=node_volume, T_start=T_return_start) "End of the trunk, return";
  HeatReuse.Pipes.Resistance bypass(m_flow_nominal=bypass_share*m_flow_nominal, dp_nominal=1e5) "Bypass at the end of the trunk";
  HeatReuse.Pipes.Inertia bypass_inertia(L=20, A=1e-3*Q_flow_nominal/14e6, m_flow_start=bypass_share*m_flow_nominal) "Inertia of the bypass";
  HeatReuse.District.Substation consumer_1(Q_flow_nominal=share[1]*Q_flow_nominal, T_primary_nominal=T_supply_nominal - 2, T_secondary_supply=T_secondary_supply, T_secondary_return=T_secondary_return, dT_return=dT_return, dp_nominal=dp_consumer_nominal,
    k=k_thermostat, Ti=Ti_thermostat, load_start=load_start) "Substation of consumer 1";
  HeatReuse.District.Substation consumer_2(Q_flow_nominal=share[2]*Q_flow_nominal, T_primary_nominal=T_supply_nominal - 2, T_secondary_supply=T_secondary_supply, T_secondary_return=T_secondary_return, dT_return=dT_return, dp_nominal=dp_consumer_nominal,
    k=k_thermostat, Ti=Ti_thermostat, load_start=load_start) "Substation of consumer 2";
  HeatReuse.District.Substation consumer_3(Q_flow_nominal=share[3]*Q_flow_nominal, T_primary_nominal=T_supply_nominal - 2, T_secondary_supply=T_secondary_supply, T_secondary_return=T_secondary_return, dT_return=dT_return, dp_nominal=dp_consumer_nominal,
    k=k_thermostat, Ti=Ti_thermostat, load_start=load_start) "Substation of consumer 3";
  HeatReuse.District.Substation consumer_4(Q_flow_nominal=share[4]*Q_flow_nominal, T_primary_nominal=T_supply_nominal - 2, T_secondary_supply=T_secondary_supply, T_secondary_return=T_secondary_return, dT_return=dT_return, dp_nominal=dp_consumer_nominal,
    k=k_thermostat, Ti=Ti_thermostat, load_start=load_start) "Substation of consumer 4";
  parameter HeatReuse.Types.Volume node_volume = 0.5*Q_flow_nominal/14e6 "Volume of a branching";
  parameter HeatReuse.Types.MassFlowRate m_flow_2 = (1 - share[1])*m_flow_nominal "Peak flow in the second section of the trunk";
  parameter HeatReuse.Types.MassFlowRate m_flow_3 = (share[3] + share[4])*m_flow_nominal "Peak flow in the third section of the trunk";
  HeatReuse.Types.PressureDifference dp_consumer[4] "Pressure difference, per consumer";
  HeatReuse.Types.PressureDifference dp_smallest "Smallest pressure difference, with corners";
  Real weight[4](each unit="1") "Weight in the smooth minimum of the pressure differences, per consumer";
  HeatReuse.Types.HeatFlowRate unmet[4] "Demand that is not met, per consumer";
  HeatReuse.Types.HeatFlowRate demand[4] "Demand that counts, per consumer";
  HeatReuse.Types.Energy U_consumer[4] "Internal energy of the substation, per consumer";
equation
  assert(noEvent(bypass_share > 0), "bypass_share must be above 0: the end of the trunk needs a flow when no consumer takes water");
  inlet.T_in = T_supply;
  ground.T_in = T_ground;
  pump.command = speed_pump;
  connect(inlet.port, trunk_1_supply.port_a);
  connect(trunk_1_supply.port_b, node_a_supply.ports[1]);
  connect(node_a_supply.ports[2], trunk_2_supply.port_a);
  connect(node_a_supply.ports[3], branch_1_supply.port_a);
  connect(trunk_2_supply.port_b, node_b_supply.ports[1]);
  connect(node_b_supply.ports[2], trunk_3_supply.port_a);
  connect(node_b_supply.ports[3], branch_2_supply.port_a);
  connect(trunk_3_supply.port_b, node_c_supply.ports[1]);
  connect(node_c_supply.ports[2], branch_3_supply.port_a);
  connect(node_c_supply.ports[3], branch_4_supply.port_a);
  connect(node_c_supply.ports[4], bypass.port_a);
  connect(bypass.port_b, bypass_inertia.port_a);
  connect(bypass_inertia.port_b, node_c_return.ports[4]);
  connect(branch_1_supply.port_b, consumer_1.port_a);
  connect(consumer_1.port_b, branch_1_return.port_a);
  connect(branch_2_supply.port_b, consumer_2.port_a);
  connect(consumer_2.port_b, branch_2_return.port_a);
  connect(branch_3_supply.port_b, consumer_3.port_a);
  connect(consumer_3.port_b, branch_3_return.port_a);
  connect(branch_4_supply.port_b, consumer_4.port_a);
  connect(consumer_4.port_b, branch_4_return.port_a);
  connect(branch_4_return.port_b, node_c_return.ports[3]);
  connect(branch_3_return.port_b, node_c_return.ports[2]);
  connect(node_c_return.ports[1], trunk_3_return.port_a);
  connect(trunk_3_return.port_b, node_b_return.ports[2]);
  connect(branch_2_return.port_b, node_b_return.ports[3]);
  connect(node_b_return.ports[1], trunk_2_return.port_a);
  connect(trunk_2_return.port_b, node_a_return.ports[2]);
  connect(branch_1_return.port_b, node_a_return.ports[3]);
  connect(node_a_return.ports[1], trunk_1_return.port_a);
  connect(trunk_1_return.port_b, return_header.ports[1]);
  connect(return_header.ports[2], pump.port_a);
  connect(pump.heatPort, return_header.heatPort);
  connect(pump.port_b, outlet.port);
  connect(trunk_1_supply.heatPort, ground.port);
  connect(trunk_1_return.heatPort, ground.port);
  connect(trunk_2_supply.heatPort, ground.port);
  connect(trunk_2_return.heatPort, ground.port);
  connect(trunk_3_supply.heatPort, ground.port);
  connect(trunk_3_return.heatPort, ground.port);
  connect(branch_1_supply.heatPort, ground.port);
  connect(branch_1_return.heatPort, ground.port);
  connect(branch_2_supply.heatPort, ground.port);
  connect(branch_2_return.heatPort, ground.port);
  connect(branch_3_supply.heatPort, ground.port);
  connect(branch_3_return.heatPort, ground.port);
  connect(branch_4_supply.heatPort, ground.port);
  connect(branch_4_return.heatPort, ground.port);
  T_return = outlet.T;
  m_flow = outlet.m_flow;
  dp_pump = -pump.dp;
  // -delta log(sum(exp(-dp/delta))) with delta = 2 kPa; written relative to the smallest value, exp cannot overflow
  dp_smallest = noEvent(min(min(dp_consumer[1], dp_consumer[2]), min(dp_consumer[3], dp_consumer[4])));
  dp_critical = dp_smallest - 2e3*log(sum(weight));
  consumer_1.Q_flow_demand = Q_flow_demand[1];
  consumer_2.Q_flow_demand = Q_flow_demand[2];
  consumer_3.Q_flow_demand = Q_flow_demand[3];
  consumer_4.Q_flow_demand = Q_flow_demand[4];
  dp_consumer = {consumer_1.dp, consumer_2.dp, consumer_3.dp, consumer_4.dp};
  Q_flow_delivered = {consumer_1.Q_flow_delivered, consumer_2.Q_flow_delivered, consumer_3.Q_flow_delivered, consumer_4.Q_flow_delivered};
  unmet = {consumer_1.Q_flow_unmet, consumer_2.Q_flow_unmet, consumer_3.Q_flow_unmet, consumer_4.Q_flow_unmet};
  T_consumer = {consumer_1.T_supply, consumer_2.T_supply, consumer_3.T_supply, consumer_4.T_supply};
  T_secondary = {consumer_1.T_secondary, consumer_2.T_secondary, consumer_3.T_secondary, consumer_4.T_secondary};
  opening = {consumer_1.opening, consumer_2.opening, consumer_3.opening, consumer_4.opening};
  U_consumer = {consumer_1.U, consumer_2.U, consumer_3.U, consumer_4.U};
  for i in 1:4 loop
    weight[i] = exp((dp_smallest - dp_consumer[i])/2e3);
    demand[i] = noEvent(max(Q_flow_demand[i], 0));
  end for;
  Q_flow_delivered_total = sum(Q_flow_delivered);
  Q_flow_unmet = sum(unmet);
  Q_flow_loss = -ground.Q_flow;
  P_pump = pump.P_el;
  U = trunk_1_supply.U + trunk_1_return.U + trunk_2_supply.U + trunk_2_return.U + trunk_3_supply.U + trunk_3_return.U
    + branch_1_supply.U + branch_1_return.U + branch_2_supply.U + branch_2_return.U + branch_3_supply.U + branch_3_return.U + branch_4_supply.U + branch_4_return.U + node_a_supply.U + node_b_supply.U + node_c_supply.U + node_a_return.U + node_b_return.U + node_c_return.U
    + return_header.U + sum(U_consumer);
  der(E_in_supply) = inlet.H_flow + outlet.H_flow;
  der(E_in_consumers) = -Q_flow_delivered_total;
  der(E_in_ground) = ground.Q_flow;
  der(E_in_pump) = pump.P_shaft;
  der(E_demand) = sum(demand);
  der(E_unmet) = Q_flow_unmet;
  der(E_pump) = pump.P_el;
  annotation (experiment(StopTime=86400, Tolerance=1e-6), Documentation(info="<html>
<p>Trunk of three sections; consumer 1 branches off after the first, consumer 2 after the second, consumers 3 and 4 at the end, where a small bypass keeps the trunk warm. Every section and branch
has a supply and a return pipe (<a href=\"modelica://HeatReuse.Pipes.Pipe\">Pipe</a>) with heat loss to the ground; 8.8 km of trench by default. The pump stands in the return of the plant
and heats the return header.</p>
<p>Flows of the consumers and of the bypass are states; flows of the trunk are their sums, so all pressures are explicit. At peak the straight pipes lose 60 to
150 Pa/m, with fittings a fifth more.</p>
<p>dp_critical is a smooth minimum, up to 3 kPa below the true one.</p>
<p>Unmet demand: what each consumer asks for beyond what it takes at that moment, never negative; heat delivered late does not make up for it.</p>
<p>U(t) - U(0) = E_in_supply + E_in_consumers + E_in_ground + E_in_pump.</p>
<p>Limits: no meshes, no thermal interaction of supply and return, incompressible (no pressure waves).</p></html>"));
end DistrictGrid;
