within HeatReuse.Plants;
model HeatPumpPlant "Heat pumps in parallel between facility water and heating water"
  parameter Integer nMachines(min=1) = 3 "Number of machines";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 12e6 "Heat output of all machines at full capacity and nominal temperatures";
  parameter HeatReuse.Types.CorrelationCOP correlation = HeatReuse.Types.CorrelationCOP.Jesper "Correlation of the coefficient of performance";
  parameter HeatReuse.Types.Fraction COP_factor = 1 "Factor on the correlation";
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Source leaving temperature at the nominal point";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Sink leaving temperature at the nominal point";
  parameter HeatReuse.Types.Temperature T_sink_max = 358.15 "Highest sink leaving temperature of a machine";
  parameter HeatReuse.Types.Temperature T_source_min = 281.15 "Lowest source leaving temperature of a machine";
  parameter HeatReuse.Types.TemperatureDifference dT_sink_nominal = 30 "Rise of the heating water at the nominal point";
  parameter HeatReuse.Types.Fraction capacity_min = 0.3 "Lowest capacity of a running machine";
  parameter HeatReuse.Types.Time T_ramp_up = 600 "Time of a machine from zero to full capacity";
  parameter HeatReuse.Types.Time T_ramp_down = 120 "Time of a machine from full capacity to zero";
  parameter HeatReuse.Types.Power P_standby = 5e3 "Standby power of one machine";
  parameter HeatReuse.Types.ThermalConductance UA_room = 0 "Conductance from one machine to the machine room";
  parameter HeatReuse.Types.Temperature T_room = 298.15 "Temperature of the machine room";
  parameter HeatReuse.Types.PressureDifference dp_sink_nominal = 1.2e5 "Head of the condenser pump at the nominal point";
  parameter HeatReuse.Types.Time T_rise_pump = 30 "Time of the pump from standstill to full speed";
  parameter HeatReuse.Types.Time T_residence_source = 40 "Residence time of the facility water in the outlet pipe at 239 kg/s for 12 MW";
  parameter HeatReuse.Types.Time T_residence_sink = 40 "Residence time of the heating water in the outlet pipe at nominal flow";
  parameter HeatReuse.Types.Fraction capacity_start = 1 "Initial capacity of all machines";
  parameter HeatReuse.Types.Temperature T_sink_in_start = 318.15 "Initial temperature of the water before the condensers";

  input Real capacity[nMachines](each unit="1", each start=1, each min=0, each max=1) "Command: 0 off, otherwise capacity_min to 1, per machine";
  input Real speed_sink(unit="1", start=0.9, min=0, max=1) "Command of the condenser pump";
  input HeatReuse.Types.Temperature T_source_in(start=313.15, min=273.15, max=343.15) "Facility water entering";
  input HeatReuse.Types.MassFlowRate m_flow_source(start=239, min=-2000, max=2000) "Facility water flow";
  input HeatReuse.Types.Temperature T_sink_in(start=318.15, min=273.15, max=363.15) "Heating water entering";

  output HeatReuse.Types.Temperature T_source_out "Facility water leaving";
  output HeatReuse.Types.Temperature T_sink_out "Heating water leaving";
  output HeatReuse.Types.MassFlowRate m_flow_sink "Heating water flow";
  output HeatReuse.Types.HeatFlowRate Q_flow_source "Heat taken from the facility water, at the boundary";
  output HeatReuse.Types.HeatFlowRate Q_flow_sink "Heat given to the heating water, at the boundary";
  output HeatReuse.Types.HeatFlowRate Q_flow_condenser "Heat given by the machines to their condensers";
  output HeatReuse.Types.Power P_el "Electric power of the machines with standby";
  output HeatReuse.Types.Power P_pumps "Electric power of the condenser pump";
  output Real COP(unit="1") "Heat of the condensers over electric power of the machines";
  output Real capacity_actual[nMachines](each unit="1") "Capacity reached, per machine";
  output Real derating(unit="1") "Share of the capacity that the envelope leaves, 1 free";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the facility water";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with the heating water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Energy taken in with machines and pump shaft";
  output HeatReuse.Types.Energy E_in_room(start=0, fixed=true) "Energy taken in from the machine room, negative for a loss";
  output HeatReuse.Types.Energy E_el(start=0, fixed=true) "Electricity of the machines with standby";
  output HeatReuse.Types.Energy E_pumps(start=0, fixed=true) "Electricity of the condenser pump";

  final parameter HeatReuse.Types.MassFlowRate m_flow_sink_nominal = Q_flow_nominal/(HeatReuse.Media.Water.cp_nominal*dT_sink_nominal) "Nominal heating water flow";
protected
  parameter Real relative_size(unit="1") = Q_flow_nominal/12e6 "Size relative to the default plant";
  HeatReuse.HeatPumps.ParallelHeatPumps bank(n=nMachines, Q_flow_nominal=Q_flow_nominal/nMachines, correlation=correlation, COP_factor=COP_factor, UA_room=UA_room,
    T_source_nominal=T_source_nominal, T_sink_nominal=T_sink_nominal, T_sink_max=T_sink_max, T_source_min=T_source_min, capacity_min=capacity_min,
    T_ramp_up=T_ramp_up, T_ramp_down=T_ramp_down, P_standby=P_standby, capacity_start=capacity_start, m_flow_sink_nominal=m_flow_sink_nominal/nMachines,
    dp_machine_nominal=0.4*dp_sink_nominal, dp_valve_nominal=0.05*dp_sink_nominal, inertance=2000*32/(m_flow_sink_nominal/nMachines),
    V_source_outlet=239/988*T_residence_source*relative_size, V_sink_inlet=2*relative_size, V_sink_outlet=m_flow_sink_nominal/988*T_residence_sink,
    T_sink_in_start=T_sink_in_start) "Heat pumps";
  HeatReuse.Boundaries.FlowInlet source_inlet "Facility water entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet "Facility water leaving";
  HeatReuse.Boundaries.PressureInlet sink_inlet "Heating water entering";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_sink_nominal, dp_nominal=dp_sink_nominal, T_rise=T_rise_pump) "Condenser pump";
  HeatReuse.Pipes.Resistance pipes(m_flow_nominal=m_flow_sink_nominal, dp_nominal=0.55*dp_sink_nominal) "Heating water pipes";
  HeatReuse.Boundaries.PressureOutlet sink_outlet "Heating water leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
equation
  source_inlet.m_flow_in = m_flow_source;
  source_inlet.T_in = T_source_in;
  sink_inlet.T_in = T_sink_in;
  room.T_in = T_room;
  pump.command = speed_sink;
  bank.command = capacity;
  connect(source_inlet.port, bank.port_source_a);
  connect(bank.port_source_b, source_outlet.port);
  connect(sink_inlet.port, pump.port_a);
  connect(pump.port_b, bank.port_sink_a);
  connect(pump.heatPort, bank.heatPort);
  connect(bank.port_sink_b, pipes.port_a);
  connect(bank.heatPort_room, room.port);
  connect(pipes.port_b, sink_outlet.port);
  T_source_out = source_outlet.T;
  T_sink_out = sink_outlet.T;
  m_flow_sink = sink_outlet.m_flow;
  Q_flow_source = source_inlet.H_flow + source_outlet.H_flow;
  Q_flow_sink = -(sink_inlet.H_flow + sink_outlet.H_flow);
  Q_flow_condenser = bank.Q_flow_condenser;
  P_el = bank.P_el;
  P_pumps = pump.P_el;
  COP = Q_flow_condenser/(P_el + 1e-6*Q_flow_nominal);
  capacity_actual = bank.capacity;
  derating = bank.derating;
  U = bank.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_sink) = sink_inlet.H_flow + sink_outlet.H_flow;
  der(E_in_electric) = bank.P_el + pump.P_shaft;
  der(E_in_room) = room.Q_flow;
  der(E_el) = bank.P_el;
  der(E_pumps) = pump.P_el;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<h4>Equations</h4>
<p>nMachines equal machines in parallel on both sides: <a href=\"modelica://HeatReuse.HeatPumps.ParallelHeatPumps\">ParallelHeatPumps</a> with the
<a href=\"modelica://HeatReuse.HeatPumps.Performance.Correlation\">correlation</a>. COP is the heat of the condensers over the power of compressors and standby.
U(t) - U(0) = E_in_source + E_in_sink + E_in_electric + E_in_room. The machine room takes standby power and, with UA_room, heat of the machines; the losses of the pump drive are not part of the balance.
The electricity meters E_el and E_pumps count what is paid for.</p>
<h4>Assumptions</h4>
<p>Source: the flow that the hall pumps is shared among the open machines; with all closed it passes all of them (bypass). Sink: one pump, a header, one branch with isolation valve, inertia and condenser for
each machine, so a machine at rest does not dilute the supply. Heat at the boundaries lags behind the machines by the water volumes. COP goes to zero at rest. Map and refrigerant cycle can be put into the machines of other plants; for machines in series see <a href=\"modelica://HeatReuse.Plants.HeatPumpSeriesPlant\">HeatPumpSeriesPlant</a>.</p>
<h4>Source</h4>
<p>First principles for the water; the COP is that of Jesper et al. 2021 or Arpagaus et al. 2018.</p></html>"));
end HeatPumpPlant;
