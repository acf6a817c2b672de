within HeatReuse.Plants;
model DataCenterLoop "Data center: chips, technology loop, facility loop, air-cooled share, dry coolers"
  extends HeatReuse.Plants.PartialDataCenterLoop;
  parameter HeatReuse.Types.TemperatureDifference dT_cooler_nominal = 15 "Dry coolers: water inlet minus outdoor air at nominal heat and full fan speed";

  input HeatReuse.Types.Temperature T_outdoor(start=278.15, min=233.15, max=323.15) "Temperature of the outdoor air";
  input Real opening_cooler(unit="1", start=0, min=0, max=1) "Command of the three-way valve: share of the facility water through the dry coolers";
  input Real speed_fan(unit="1", start=0, min=0, max=1) "Command of the dry-cooler fans";

  output HeatReuse.Types.Temperature T_cooler "Water leaving the dry coolers; below 273.15 K a real water circuit would freeze";
  output HeatReuse.Types.HeatFlowRate Q_flow_rejected "Heat rejected to the outdoor air";
  output HeatReuse.Types.Energy E_in_outdoor(start=0, fixed=true) "Energy taken in from the outdoor air, negative when heat is rejected";
protected
  HeatReuse.Valves.ThreeWayValve valve_cooler(T_stroke=T_stroke_valve) "Three-way valve of the dry coolers";
  HeatReuse.HeatExchangers.DryCooler cooler(Q_flow_nominal=m_flow_fws_nominal*HeatReuse.Media.Water.cp_nominal*dT_fws_nominal, dT_nominal=dT_cooler_nominal, m_flow_nominal=m_flow_fws_nominal, V=4*relative_size, C_wall=8e6*relative_size, T_start=T_fws_supply_start - 5) "Dry coolers";
equation
  valve_cooler.command = opening_cooler;
  cooler.command = speed_fan;
  cooler.T_outdoor = T_outdoor;
  connect(inlet.port, valve_cooler.port_a);
  connect(valve_cooler.port_b, cooler.port_a);
  connect(cooler.port_b, fws_supply.ports[1]);
  connect(valve_cooler.port_bypass, fws_supply.ports[2]);
  T_cooler = cooler.T_out;
  Q_flow_rejected = cooler.Q_flow;
  P_fans = hall.P_fan + cooler.P_fan;
  U = U_hall + cooler.U;
  der(E_in_outdoor) = -cooler.Q_flow;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<p>From the chip to the pipe that leaves the hall. Technology loop (PG25): processors with cold plates, pumps, CDU heat exchanger. Facility loop (water): pumps, supply header with three parallel
branches (CDU, coolers of the air-cooled share, small bypass), return pipe to heat recovery, three-way valve and dry coolers in the water that comes back, supply pipe to the hall.</p>
<p>Hydraulics: the flows of the technology loop and of the three branches are states; header pressures follow explicitly. The pumps overcome the hall and the loop outside of it.</p>
<p>Dry coolers have no frost protection: on a day of -15 degC with the reference loops the water in the coolers stays below 0 degC (T_cooler), while the supply to the hall, which mixes it with
the rest, keeps its set point.</p>
<p>E_auxiliary counts the electricity of pumps, fans and trim compressors, including what does not enter the water.</p>
<p>U(t) - U(0) = E_in_IT + E_in_pumps + E_in_fans + E_in_trim + E_in_recovery + E_in_outdoor. Power of the dry-cooler fans and losses of drives do not enter the water.</p>
<p>Defaults: 10 MW, 85 % to cold plates, facility water 30/40 degC, technology loop 34/44 degC at 1.5 l/min per kW. The whole plant scales with P_IT_nominal.</p></html>"));
end DataCenterLoop;
