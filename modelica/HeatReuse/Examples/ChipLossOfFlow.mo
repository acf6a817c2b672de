within HeatReuse.Examples;
model ChipLossOfFlow "The coolant pump trips: seconds until the chips throttle and switch off"
  output HeatReuse.Types.Temperature T_die "Die temperature of the processors";
  output HeatReuse.Types.Temperature T_case "Case temperature of the processors";
  output HeatReuse.Types.Temperature T_tcs_supply "Coolant leaving the CDU";
  output HeatReuse.Types.MassFlowRate m_flow_tcs "Coolant flow";
  output HeatReuse.Types.Power P_IT "Electric power that the load asks for";
  output HeatReuse.Types.Power P_IT_drawn "Electric power after throttling and trip";
  output HeatReuse.Types.Fraction tripped "Share of the processors that is switched off";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_pump(start=0, fixed=true) "Energy taken in with the shaft power of the pump";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the facility water, negative when heat is given";
protected
  HeatReuse.DataCenter.CDU cdu(T_rise=5) "CDU whose pump trips";
  HeatReuse.DataCenter.RackBranches racks(n=1, P_nominal={1e6}) "Racks of 1 MW";
  HeatReuse.Boundaries.PressureInlet inlet(p=3e5) "Facility water supply";
  HeatReuse.Boundaries.PressureOutlet outlet(p=2e5) "Facility water return";
  HeatReuse.Tables.TimeTable speed(t={0, 60, 60.1, 180}, y={0.9, 0.9, 0, 0}) "Command of the pump";
equation
  inlet.T_in = 303.15;
  cdu.speed_pump = speed.v;
  cdu.opening_valve = 0.9;
  racks.P = {P_IT};
  P_IT = 1e6;
  connect(inlet.port, cdu.port_a2);
  connect(cdu.port_b2, outlet.port);
  connect(cdu.port_b1, racks.port_a);
  connect(racks.port_b, cdu.port_a1);
  T_die = racks.T_die[1];
  T_case = racks.T_chip[1];
  T_tcs_supply = cdu.T_supply;
  m_flow_tcs = cdu.m1_flow;
  P_IT_drawn = racks.P_drawn;
  tripped = racks.rack[1].chip.tripped;
  U = cdu.U + racks.U;
  der(E_in_IT) = racks.P_drawn;
  der(E_in_pump) = cdu.P_shaft;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  annotation (experiment(StopTime=180, Interval=0.25, Tolerance=1e-6), Documentation(info="<html><p>A CDU with 1 MW of processors loses its pump after 60 s; the pump runs down within 5 s. The dies reach 95 degC 8 s after the trip of the pump
and throttle to 30 % of their power, which is not enough without flow: after 23 s they pass 110 degC and switch off. The temperatures stay bounded. Who wants to ride through the take-over by a second pump has to bring
the flow back before the dies throttle.</p></html>"));
end ChipLossOfFlow;
