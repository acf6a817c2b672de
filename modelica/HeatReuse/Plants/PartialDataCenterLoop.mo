within HeatReuse.Plants;
partial model PartialDataCenterLoop "Data center without what cools the facility water: chips, technology loop, facility loop, air-cooled share"
  parameter HeatReuse.Types.Power P_IT_nominal = 10e6 "Electric power of the IT at full load";
  parameter HeatReuse.Types.Fraction liquid_share = 0.85 "Share of the IT power that goes to cold plates";
  parameter Real coolant_flow(unit="l/min") = 1.5 "Coolant flow per processor of 1 kW at nominal operation";
  parameter HeatReuse.Types.TemperatureDifference dT_cdu_nominal = 4 "Mean temperature difference of the CDU heat exchangers at nominal operation: the approach when both capacity flows are equal";
  parameter HeatReuse.Types.TemperatureDifference dT_fws_nominal = 10 "Rise of the facility water at nominal operation";
  parameter HeatReuse.Types.Time T_residence_tcs = 20 "Residence time of the coolant in the technology loop outside of plates and CDU, at nominal flow";
  parameter HeatReuse.Types.Time T_residence_fws = 54 "Residence time of the facility water in each of the two pipes between hall and plant room, at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_hall_nominal = 1e5 "Pressure difference across the hall header at nominal operation";
  parameter HeatReuse.Types.PressureDifference dp_external_nominal = 1e5 "Pressure drop of the facility loop outside of the hall at nominal operation";
  parameter HeatReuse.Types.Fraction authority = 0.5 "Authority of the control valves";
  parameter HeatReuse.Types.Fraction oversizing_valve = 1.25 "Flow through a branch with open valve at nominal pressure difference, over nominal flow";
  parameter HeatReuse.Types.Time T_stroke_valve = 60 "Stroke time of the control valves";
  parameter HeatReuse.Types.Time T_rise_pump = 30 "Time of the pumps from standstill to full speed";
  parameter HeatReuse.Types.Fraction bypass_share = 0.02 "Flow through the open bypass of the hall header, share of the nominal flow";
  parameter HeatReuse.Types.TemperatureDifference trim_lift = 18 "Coolers of the air-cooled share: leaving water minus evaporator surface, held by trim compressors";
  parameter Boolean plain_coils = false "Coolers of the air-cooled share are counterflow coils without trim compressors";
  parameter HeatReuse.Types.TemperatureDifference dT_coil = 6 "Plain coils: mean difference between air and water at nominal operation";
  parameter HeatReuse.Types.Temperature T_air_start = 298.15 "Initial temperature of the hall air";
  parameter HeatReuse.Types.Temperature T_fws_supply_start = 303.15 "Initial temperature of the facility water to the hall";
  parameter HeatReuse.Types.Fraction load_start = 1 "Initial IT load, for initial temperatures";

  input HeatReuse.Types.Power P_IT(start=10e6, min=0, max=5e7) "Electric power that the IT asks for";
  input HeatReuse.Types.Temperature T_fws_in(start=303.15, min=275.15, max=343.15) "Facility water returning from heat recovery";
  input Real speed_tcs(unit="1", start=0.9, min=0, max=1) "Command of the technology-loop pumps";
  input Real speed_fws(unit="1", start=0.9, min=0, max=1) "Command of the facility-loop pumps";
  input Real opening_cdu(unit="1", start=0.9, min=0, max=1) "Command of the CDU valves";
  input Real opening_crah(unit="1", start=0.9, min=0, max=1) "Command of the valves of the air-cooled share";

  output HeatReuse.Types.Temperature T_chip "Case temperature of the processors";
  output HeatReuse.Types.Temperature T_tcs_supply "Coolant to the racks";
  output HeatReuse.Types.Temperature T_tcs_return "Coolant from the racks";
  output HeatReuse.Types.MassFlowRate m_flow_tcs "Coolant flow";
  output HeatReuse.Types.PressureDifference dp_tcs "Pressure difference across the racks";
  output HeatReuse.Types.Temperature T_air "Hall air at the inlets of the air-cooled servers";
  output HeatReuse.Types.MassFlowRate m_flow_fws "Facility water flow";
  output HeatReuse.Types.PressureDifference dp_fws "Pressure difference across the hall header";
  output HeatReuse.Types.Temperature T_fws_out "Facility water leaving to heat recovery";
  output HeatReuse.Types.Temperature T_fws_supply "Facility water to the hall";
  output HeatReuse.Types.HeatFlowRate Q_flow_recovery "Heat given to heat recovery";
  output HeatReuse.Types.Power P_IT_drawn "Electric power that the IT draws after thermal throttling";
  output HeatReuse.Types.Power P_pumps "Electric power of the pumps";
  output HeatReuse.Types.Power P_fans "Electric power of all fans";
  output HeatReuse.Types.Power P_trim "Electric power of the trim compressors of the air-cooled share";
  output HeatReuse.Types.Power P_auxiliary "Electric power of pumps, fans and trim compressors";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_pumps(start=0, fixed=true) "Energy taken in with the shaft power of the pumps";
  output HeatReuse.Types.Energy E_in_fans(start=0, fixed=true) "Energy taken in with the fans of the hall";
  output HeatReuse.Types.Energy E_in_trim(start=0, fixed=true) "Energy taken in with the trim compressors";
  output HeatReuse.Types.Energy E_in_recovery(start=0, fixed=true) "Energy taken in with the facility water from heat recovery, negative when heat is given";
  output HeatReuse.Types.Energy E_auxiliary(start=0, fixed=true) "Electricity of pumps, fans and trim compressors";

  final parameter HeatReuse.Types.HeatFlowRate Q_liquid_nominal = liquid_share*P_IT_nominal "Heat of the cold plates at full load";
  final parameter HeatReuse.Types.HeatFlowRate Q_air_nominal = (1 - liquid_share)*P_IT_nominal "Heat of the air-cooled servers at full load";
  final parameter HeatReuse.Types.MassFlowRate m_flow_tcs_nominal = coolant_flow/60000*HeatReuse.Media.PG25.rho_nominal*Q_liquid_nominal/1e3 "Nominal coolant flow";
  final parameter HeatReuse.Types.MassFlowRate m_flow_cdu_nominal = Q_liquid_nominal/(HeatReuse.Media.Water.cp_nominal*dT_fws_nominal) "Nominal facility water flow through the CDU";
  final parameter HeatReuse.Types.MassFlowRate m_flow_crah_nominal = 1.18*Q_air_nominal/(HeatReuse.Media.Water.cp_nominal*dT_fws_nominal) "Nominal facility water flow through the coolers of the air-cooled share";
  final parameter HeatReuse.Types.MassFlowRate m_flow_fws_nominal = (1 + bypass_share)*(m_flow_cdu_nominal + m_flow_crah_nominal) "Nominal facility water flow";
protected
  HeatReuse.Types.Energy U_hall "Internal energy of hall, loops and pipes";
  parameter HeatReuse.Types.Temperature T_return_start = T_fws_supply_start + load_start*dT_fws_nominal "Initial temperature of the facility water from the hall";
  parameter HeatReuse.Types.Temperature T_tcs_supply_start = T_fws_supply_start + load_start*dT_cdu_nominal "Initial temperature of the coolant to the racks";
  parameter HeatReuse.Types.Temperature T_tcs_return_start = T_tcs_supply_start + load_start*dT_fws_nominal "Initial temperature of the coolant from the racks";
  parameter Real relative_size(unit="1") = P_IT_nominal/10e6 "Size relative to the default plant, for areas and volumes";

  // technology loop
  HeatReuse.DataCenter.ColdPlates racks(redeclare package Medium = HeatReuse.Media.PG25, P_nominal=Q_liquid_nominal, flow_nominal=coolant_flow, T_chip_start=T_tcs_supply_start + load_start*21.5, T_coolant_start=(T_tcs_supply_start + T_tcs_return_start)/2) "Processors and racks";
  HeatReuse.Pipes.MixingVolume tcs_return(redeclare package Medium = HeatReuse.Media.PG25, nPorts=3, V=m_flow_tcs_nominal/HeatReuse.Media.PG25.rho_nominal*T_residence_tcs/2, T_start=T_tcs_return_start) "Return pipes of the technology loop";
  HeatReuse.Pipes.MixingVolume tcs_supply(redeclare package Medium = HeatReuse.Media.PG25, nPorts=2, V=m_flow_tcs_nominal/HeatReuse.Media.PG25.rho_nominal*T_residence_tcs/2, T_start=T_tcs_supply_start) "Supply pipes of the technology loop";
  HeatReuse.Boundaries.PressureOutlet expansion_tcs(redeclare package Medium = HeatReuse.Media.PG25) "Expansion vessel of the technology loop";
  HeatReuse.Pumps.Pump pump_tcs(m_flow_nominal=m_flow_tcs_nominal, dp_nominal=2e5, rho=HeatReuse.Media.PG25.rho_nominal, T_rise=T_rise_pump) "Pumps of the technology loop";
  HeatReuse.Pipes.Inertia inertia_tcs(L=60, A=0.10*relative_size, m_flow_start=m_flow_tcs_nominal) "Inertia of the technology loop";
  HeatReuse.Pipes.Resistance pipes_tcs(m_flow_nominal=m_flow_tcs_nominal, dp_nominal=3e4) "Pipes of the technology loop";
  HeatReuse.HeatExchangers.PlateHeatExchanger cdu(
    redeclare package Medium1 = HeatReuse.Media.PG25,
    Q_flow_nominal=Q_liquid_nominal, dT_nominal=dT_cdu_nominal, m1_flow_nominal=m_flow_tcs_nominal, m2_flow_nominal=m_flow_cdu_nominal,
    dp1_nominal=5e4, dp2_nominal=dp_hall_nominal*(1 - authority)/oversizing_valve^2,
    V1=relative_size, V2=relative_size, C_wall=1.5e6*relative_size,
    T1_start=(T_tcs_supply_start + T_tcs_return_start)/2, T2_start=(T_fws_supply_start + T_return_start)/2) "Coolant distribution units";

  // facility loop in the hall
  HeatReuse.Pumps.Pump pump_fws(m_flow_nominal=m_flow_fws_nominal, dp_nominal=dp_hall_nominal + dp_external_nominal, T_rise=T_rise_pump) "Pumps of the facility loop";
  HeatReuse.Pipes.Resistance pipes_fws(m_flow_nominal=m_flow_fws_nominal, dp_nominal=dp_external_nominal) "Facility loop outside of the hall";
  HeatReuse.Pipes.MixingVolume header_supply(nPorts=4, V=2*relative_size, T_start=T_fws_supply_start) "Supply header of the hall";
  HeatReuse.Valves.EqualPercentageValve valve_cdu(m_flow_nominal=oversizing_valve*m_flow_cdu_nominal, dp_nominal=authority*dp_hall_nominal, T_stroke=T_stroke_valve) "Valves of the CDU";
  HeatReuse.Pipes.Inertia inertia_cdu(L=100, A=0.10*relative_size, m_flow_start=m_flow_cdu_nominal) "Inertia of the CDU branch";
  HeatReuse.Valves.EqualPercentageValve valve_crah(m_flow_nominal=oversizing_valve*m_flow_crah_nominal, dp_nominal=authority*dp_hall_nominal, T_stroke=T_stroke_valve) "Valves of the coolers of the air-cooled share";
  HeatReuse.Pipes.Inertia inertia_crah(L=100, A=0.02*relative_size, m_flow_start=m_flow_crah_nominal) "Inertia of the branch of the air-cooled share";
  HeatReuse.DataCenter.AirCooledHall hall(P_nominal=Q_air_nominal, trim_lift=trim_lift, plain_coil=plain_coils, dT_coil=dT_coil, T_air_start=T_air_start, V=relative_size, m_flow_nominal=m_flow_crah_nominal, dp_nominal=dp_hall_nominal*(1 - authority)/oversizing_valve^2, T_water_start=T_return_start) "Air-cooled servers";
  HeatReuse.Pipes.Resistance bypass(m_flow_nominal=bypass_share*m_flow_fws_nominal, dp_nominal=dp_hall_nominal) "Bypass that is always open";
  HeatReuse.Pipes.Inertia inertia_bypass(L=20, A=0.002*relative_size, m_flow_start=bypass_share*m_flow_fws_nominal) "Inertia of the bypass";

  // between hall and plant room
  HeatReuse.Pipes.MixingVolume fws_return(nPorts=4, V=m_flow_fws_nominal/HeatReuse.Media.Water.rho_nominal*T_residence_fws, T_start=T_return_start) "Return pipe from the hall";
  HeatReuse.Pipes.MixingVolume fws_supply(nPorts=3, V=m_flow_fws_nominal/HeatReuse.Media.Water.rho_nominal*T_residence_fws, T_start=T_fws_supply_start) "Supply pipe to the hall";
  HeatReuse.Boundaries.PressureInlet inlet "Facility water from heat recovery";
  HeatReuse.Boundaries.PressureOutlet outlet "Facility water to heat recovery";
equation
  assert(noEvent(liquid_share > 0 and liquid_share < 1), "liquid_share must lie between 0 and 1: for a hall without air-cooled servers take 0.99");
  assert(noEvent(bypass_share > 0), "bypass_share must be above 0: a small flow keeps the header from being dead-headed");
  // technology loop
  racks.P = liquid_share*P_IT;
  pump_tcs.command = speed_tcs;
  connect(cdu.port_b1, tcs_supply.ports[1]);
  connect(tcs_supply.ports[2], pump_tcs.port_a);
  connect(pump_tcs.heatPort, tcs_supply.heatPort);
  connect(pump_tcs.port_b, racks.port_a);
  connect(racks.port_b, pipes_tcs.port_a);
  connect(pipes_tcs.port_b, inertia_tcs.port_a);
  connect(inertia_tcs.port_b, tcs_return.ports[1]);
  connect(tcs_return.ports[2], cdu.port_a1);
  connect(tcs_return.ports[3], expansion_tcs.port);
  // facility loop in the hall
  hall.P = (1 - liquid_share)*P_IT;
  pump_fws.command = speed_fws;
  valve_cdu.command = opening_cdu;
  valve_crah.command = opening_crah;
  connect(fws_supply.ports[3], pipes_fws.port_a);
  connect(pipes_fws.port_b, pump_fws.port_a);
  connect(pump_fws.port_b, header_supply.ports[1]);
  connect(pump_fws.heatPort, header_supply.heatPort);
  connect(header_supply.ports[2], valve_cdu.port_a);
  connect(valve_cdu.port_b, inertia_cdu.port_a);
  connect(inertia_cdu.port_b, cdu.port_a2);
  connect(cdu.port_b2, fws_return.ports[1]);
  connect(header_supply.ports[3], valve_crah.port_a);
  connect(valve_crah.port_b, inertia_crah.port_a);
  connect(inertia_crah.port_b, hall.port_a);
  connect(hall.port_b, fws_return.ports[2]);
  connect(header_supply.ports[4], bypass.port_a);
  connect(bypass.port_b, inertia_bypass.port_a);
  connect(inertia_bypass.port_b, fws_return.ports[3]);
  // between hall and plant room
  inlet.T_in = T_fws_in;
  connect(fws_return.ports[4], outlet.port);
  // results
  T_chip = racks.T_chip;
  T_tcs_supply = tcs_supply.T;
  T_tcs_return = tcs_return.T;
  m_flow_tcs = inertia_tcs.m_flow;
  dp_tcs = racks.dp;
  T_air = hall.T_air;
  m_flow_fws = outlet.m_flow;
  dp_fws = header_supply.p - fws_return.p;
  T_fws_out = outlet.T;
  T_fws_supply = header_supply.T;
  Q_flow_recovery = -(inlet.H_flow + outlet.H_flow);
  P_IT_drawn = racks.P_drawn + hall.P_drawn;
  P_pumps = pump_tcs.P_el + pump_fws.P_el;
  P_trim = hall.P_trim;
  P_auxiliary = P_pumps + P_fans + P_trim;
  // energy
  U_hall = racks.U + tcs_return.U + tcs_supply.U + cdu.U + header_supply.U + hall.U + fws_return.U + fws_supply.U;
  der(E_in_IT) = P_IT_drawn;
  der(E_in_pumps) = pump_tcs.P_shaft + pump_fws.P_shaft;
  der(E_in_fans) = hall.P_fan;
  der(E_in_trim) = hall.P_trim;
  der(E_in_recovery) = inlet.H_flow + outlet.H_flow;
  der(E_auxiliary) = P_auxiliary;
  annotation (Documentation(info="<html>
<p>Everything but the way of the facility water from <code>inlet</code> to <code>fws_supply</code>, where a cooling of last resort stands, the sum of the fans P_fans and the internal energy U. Base of
<a href=\"modelica://HeatReuse.Plants.DataCenterLoop\">DataCenterLoop</a> (dry coolers) and
<a href=\"modelica://HeatReuse.Plants.DataCenterCooledByNetwork\">DataCenterCooledByNetwork</a>. U_hall is the internal energy of all components here.</p>
<p>The loops lose no heat to the rooms they pass: with pumps that run while nothing cools, their shaft power goes on heating the water (technology loop: about 7 K an hour), also when the processors have throttled to nothing.</p></html>"));
end PartialDataCenterLoop;
