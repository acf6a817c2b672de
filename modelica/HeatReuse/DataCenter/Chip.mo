within HeatReuse.DataCenter;
model Chip "Processors of one kind: die and case, thermal throttling and trip"
  parameter HeatReuse.Types.Power P_nominal = 1e3 "Electric power of all processors at full load";
  parameter HeatReuse.Types.Power P_device = 1e3 "Electric power of one processor at full load";
  parameter HeatReuse.Types.HeatCapacity C_die = 10 "Heat capacity of the die of one processor";
  parameter HeatReuse.Types.HeatCapacity C_case = 60 "Heat capacity of case, spreader and base of the cold plate of one processor";
  parameter HeatReuse.Types.ThermalResistance R_die_case = 0.02 "Thermal resistance from die to case of one processor";
  parameter HeatReuse.Types.Temperature T_throttle = 368.15 "Die temperature at which processors begin to throttle";
  parameter HeatReuse.Types.TemperatureDifference dT_throttle = 10 "Range over which throttling goes down to its floor";
  parameter HeatReuse.Types.Fraction throttle_floor = 0.3 "Share of the power that is left at full throttling";
  parameter HeatReuse.Types.Temperature T_trip = 383.15 "Die temperature at which processors switch off";
  parameter HeatReuse.Types.TemperatureDifference dT_trip = 2 "Range over which the trip becomes certain";
  parameter HeatReuse.Types.Time T_switch = 0.2 "Time constant of switching off and on";
  parameter HeatReuse.Types.Temperature T_restart = 0 "Die temperature below which tripped processors start again, 0 to stay off";
  parameter HeatReuse.Types.Temperature T_case_start = 328.15 "Initial temperature of the case";
  parameter HeatReuse.Types.Fraction load_start = 1 "Initial load, for the initial temperature of the die";
  HeatReuse.Interfaces.RealInput P(unit="W") "Electric power that the load asks for";
  HeatReuse.Interfaces.HeatPort heatPort "Case";
  HeatReuse.Types.Power P_drawn "Electric power drawn after throttling and trip";
  HeatReuse.Types.Temperature T_die(start=T_case_start + load_start*P_device*R_die_case, fixed=true) "Temperature of the die";
  HeatReuse.Types.Temperature T_case(start=T_case_start, fixed=true) "Temperature of the case";
  HeatReuse.Types.Fraction throttling "Share of the power that throttling takes";
  HeatReuse.Types.Fraction tripped(start=0, fixed=true) "Share of the processors that is switched off by the trip";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter Real devices(unit="1") = P_nominal/P_device "Number of processors";
  Real restarting(unit="1") "1 where tripped processors start again";
  HeatReuse.Types.HeatFlowRate Q_flow_die "Heat from dies to cases";
equation
  assert(noEvent(T_restart <= T_trip - 2*dT_trip), "Chip: T_restart must lie more than 2 dT_trip below T_trip, or the trip would end as it begins");
  throttling = (1 - throttle_floor)*HeatReuse.Utilities.smoothStep((T_die - T_throttle)/dT_throttle);
  restarting = HeatReuse.Utilities.smoothStep((T_restart - T_die)/dT_trip);
  T_switch*der(tripped) = (1 - restarting)*noEvent(max(HeatReuse.Utilities.smoothStep((T_die - T_trip)/dT_trip), HeatReuse.Utilities.smoothStep((tripped - 0.1)/0.2))) - tripped;
  P_drawn = P*(1 - throttling)*(1 - tripped);
  Q_flow_die = devices*(T_die - T_case)/R_die_case;
  devices*C_die*der(T_die) = P_drawn - Q_flow_die;
  devices*C_case*der(T_case) = Q_flow_die + heatPort.Q_flow;
  heatPort.T = T_case;
  U = devices*(C_die*(T_die - 273.15) + C_case*(T_case - 273.15));
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Two heat capacities for each of P_nominal/P_device equal processors: C_die dT_die/dt = P_drawn - (T_die - T_case)/R_die_case, C_case dT_case/dt = (T_die - T_case)/R_die_case + Q, with the heat Q of
the heat port. S is <a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a>.</p>
<p>P_drawn = P (1 - throttling)(1 - tripped) with throttling = (1 - throttle_floor) S((T_die - T_throttle)/dT_throttle) and
T_switch d tripped/dt = (1 - r) max(S((T_die - T_trip)/dT_trip), S((tripped - 0.1)/0.2)) - tripped with r = S((T_restart - T_die)/dT_trip). The second term of the maximum is a latch without an event: between
T_restart and T_trip a trip above 0.15 completes itself and a smaller one dies out, both within some T_switch, so that 0 and 1 are the only values that last. That takes a die 0.5 K over T_trip.</p>
<h4>Assumptions</h4>
<p>All processors have one temperature. Throttling acts at once; it takes no more than 1 - throttle_floor, so that only the trip ends the heating of a chip without coolant. With T_restart = 0 tripped
processors stay off. The case holds the base of the cold plate; the coolant belongs to <a href=\"modelica://HeatReuse.DataCenter.ColdPlate\">ColdPlate</a>. Left out: leakage power that grows with
temperature, spots on the die. Range: any temperature of the case.</p>
<h4>Source</h4>
<p>First principles: energy balance of two lumps. With the coolant in the plate the capacities give the time constant of about 2 s that is usual for accelerators of 1 kW (63 % of a step of power at the case); throttling near 95 degC and a trip
near 110 degC are usual limits of data sheets.</p></html>"));
end Chip;
