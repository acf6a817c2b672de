within HeatReuse.Validation;
model CDUDesignPoint "Coolant distribution unit at and below its design point"
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 2e6 "Heat";
  parameter HeatReuse.Types.MassFlowRate m1_flow_nominal = 32.3 "Coolant flow";
  parameter HeatReuse.Types.MassFlowRate m2_flow_nominal = 31.5 "Facility water flow";
  parameter HeatReuse.Types.TemperatureDifference dT_nominal = 3.7 "Mean temperature difference for which the exchanger is sized";
  parameter HeatReuse.Types.PressureDifference dp_external_nominal = 5e5 "Head for the racks";
  parameter HeatReuse.Types.PressureDifference dp_internal_nominal = 1.5e5 "Pressure drop inside of the unit";
  parameter Real exponent(unit="1") = 0.8 "Exponent of the flow in the heat transfer law";
  parameter HeatReuse.Types.PressureDifference dp_facility_nominal = 6.4e4 "Pressure difference of the facility side at nominal flow, valve open";
  input HeatReuse.Types.Fraction load(start=1, min=0, max=1.2) "IT power over nominal heat";
  input HeatReuse.Types.Fraction relative_flow(start=1, min=0, max=1.1) "Pump speed, and flow of the facility water, over nominal";
  input HeatReuse.Types.Temperature T_fws_in(start=303.15, min=278.15, max=323.15) "Facility water entering";
  output HeatReuse.Types.Temperature T_tcs_supply "Coolant to the racks";
  output HeatReuse.Types.Temperature T_tcs_return "Coolant from the racks";
  output HeatReuse.Types.Temperature T_exchanger_out "Coolant leaving the exchanger";
  output HeatReuse.Types.Temperature T_fws_supply "Facility water to the unit, behind the pump of the facility loop";
  output HeatReuse.Types.Temperature T_fws_out "Facility water leaving";
  output HeatReuse.Types.MassFlowRate m1_flow "Coolant flow";
  output HeatReuse.Types.MassFlowRate m2_flow "Facility water flow";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat of the exchanger";
  output HeatReuse.Types.PressureDifference dp_racks "Pressure difference across the racks";
  output HeatReuse.Types.Power P_shaft "Shaft power of the pump";
  output HeatReuse.Types.Power P_el "Electric power of the pump";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_pumps(start=0, fixed=true) "Energy taken in with the shaft power of both pumps";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the facility water, negative when heat is given";
protected
  HeatReuse.DataCenter.CDU cdu(
    Q_flow_nominal=Q_flow_nominal, dT_nominal=dT_nominal, m1_flow_nominal=m1_flow_nominal, m2_flow_nominal=m2_flow_nominal, dp_external_nominal=dp_external_nominal, dp1_nominal=dp_internal_nominal,
    dp2_nominal=dp_facility_nominal*1.25^2, oversizing_valve=1.25, exponent=exponent, opening_start=1, T1_start=315.15, T2_start=310.15, dT1_start=15) "CDU";
  HeatReuse.DataCenter.RackBranches racks(
    n=1, P_nominal={Q_flow_nominal}, flow_nominal=m1_flow_nominal/HeatReuse.Media.PG25.rho_nominal*6e7/Q_flow_nominal, dp_nominal=dp_external_nominal, dT_start=15) "Racks that take the nominal flow at the nominal head";
  HeatReuse.Boundaries.PressureInlet inlet(p=2e5) "Facility water supply";
  HeatReuse.Boundaries.PressureOutlet outlet(p=2e5) "Facility water return";
  HeatReuse.Pumps.Pump facility(m_flow_nominal=m2_flow_nominal, dp_nominal=dp_facility_nominal, T_rise=30) "Pump of the facility loop";
  HeatReuse.Pipes.MixingVolume suction(nPorts=2, V=0.1, T_start=303.15) "Suction of the pump of the facility loop";
equation
  cdu.speed_pump = 0.9*relative_flow;
  facility.command = 0.9*relative_flow;
  cdu.opening_valve = 1;
  racks.P = {load*Q_flow_nominal};
  inlet.T_in = T_fws_in;
  connect(inlet.port, suction.ports[1]);
  connect(suction.ports[2], facility.port_a);
  connect(facility.heatPort, suction.heatPort);
  connect(facility.port_b, cdu.port_a2);
  connect(cdu.port_b2, outlet.port);
  connect(cdu.port_b1, racks.port_a);
  connect(racks.port_b, cdu.port_a1);
  T_tcs_supply = cdu.T_supply;
  T_tcs_return = cdu.T_return;
  T_exchanger_out = cdu.exchanger.T1[cdu.n];
  T_fws_supply = suction.T;
  T_fws_out = outlet.T;
  m1_flow = cdu.m1_flow;
  m2_flow = cdu.m2_flow;
  Q_flow = cdu.Q_flow;
  dp_racks = racks.dp;
  P_shaft = cdu.P_shaft;
  P_el = cdu.P_el;
  U = suction.U + cdu.U + racks.U;
  der(E_in_IT) = racks.P_drawn;
  der(E_in_pumps) = cdu.P_shaft + facility.P_shaft;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html><p>A <a href=\"modelica://HeatReuse.DataCenter.CDU\">CDU</a> with racks whose resistance takes the nominal flow at the nominal head. Compared with the
epsilon-NTU relation and with rho, head and efficiency of the pump, worked out independently. Both flows change together with one input.</p></html>"));
end CDUDesignPoint;
