within HeatReuse.Plants;
model HeatPumpSeriesPlant "Heat pumps in series between facility water and heating water"
  replaceable model MachinePerformance = HeatReuse.HeatPumps.Performance.Correlation constrainedby HeatReuse.HeatPumps.Performance.PartialPerformance "Heat output, COP and envelope of a machine";
  parameter Integer nMachines(min=1) = 3 "Number of machines";
  parameter Boolean counterflow = true "Source in series through the machines, the hottest sink first; false: source in parallel";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 12e6 "Heat output of all machines at full capacity and nominal temperatures";
  parameter HeatReuse.Types.CorrelationCOP correlation = HeatReuse.Types.CorrelationCOP.Jesper "Correlation of the coefficient of performance, where the performance uses one";
  parameter HeatReuse.Types.Fraction COP_factor = 1 "Factor on the COP";
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Source leaving temperature at the nominal point";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Sink leaving temperature at the nominal point";
  parameter HeatReuse.Types.Temperature T_sink_max = 358.15 "Highest sink leaving temperature of a machine";
  parameter HeatReuse.Types.Temperature T_source_min = 281.15 "Lowest source leaving temperature of a machine";
  parameter HeatReuse.Types.TemperatureDifference dT_source_nominal = 10 "Cooling of the facility water at the nominal point";
  parameter HeatReuse.Types.TemperatureDifference dT_sink_nominal = 30 "Rise of the heating water at the nominal point";
  parameter HeatReuse.Types.Fraction capacity_min = 0.3 "Lowest capacity of a running machine";
  parameter HeatReuse.Types.Time T_ramp_up = 600 "Time of a machine from zero to full capacity";
  parameter HeatReuse.Types.Time T_ramp_down = 120 "Time of a machine from full capacity to zero";
  parameter HeatReuse.Types.Power P_standby = 5e3 "Standby power of one machine";
  parameter HeatReuse.Types.ThermalConductance UA_room = 300*Q_flow_nominal/nMachines/4e6 "Conductance from one machine to the machine room";
  parameter HeatReuse.Types.Temperature T_room = 298.15 "Temperature of the machine room";
  parameter HeatReuse.Types.PressureDifference dp_sink_nominal = 1.8e5 "Head of the condenser pump at the nominal point";
  parameter HeatReuse.Types.Time T_rise_pump = 30 "Time of the pump from standstill to full speed";
  parameter HeatReuse.Types.Fraction capacity_start = 1 "Initial capacity of all machines";
  parameter HeatReuse.Types.Temperature T_sink_in_start = 318.15 "Initial temperature of the water before the condensers";

  input Real capacity[nMachines](each unit="1", each start=1, each min=0, each max=1) "Command: 0 off, otherwise capacity_min to 1, per machine; the heating water passes machine 1 first";
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
  HeatReuse.HeatPumps.SeriesHeatPumps train(redeclare model MachinePerformance = MachinePerformance, n=nMachines, counterflow=counterflow,
    Q_flow_nominal=Q_flow_nominal/nMachines, T_source_nominal=T_source_nominal, dT_source_nominal=dT_source_nominal, T_sink_nominal=T_sink_nominal,
    dT_sink_nominal=dT_sink_nominal, correlation=correlation, COP_factor=COP_factor, T_sink_max=T_sink_max, T_source_min=T_source_min, capacity_min=capacity_min,
    T_ramp_up=T_ramp_up, T_ramp_down=T_ramp_down, P_standby=P_standby, UA_room=UA_room, capacity_start=capacity_start,
    m_flow_source_nominal=239*relative_size, m_flow_sink_nominal=m_flow_sink_nominal, dp_sink_nominal=0.6*dp_sink_nominal) "Heat pumps";
  HeatReuse.Boundaries.FlowInlet source_inlet "Facility water entering";
  HeatReuse.Pipes.MixingVolume source_pipe(V=10*relative_size, T_start=T_source_nominal) "Pipe behind the evaporators";
  HeatReuse.Boundaries.PressureOutlet source_outlet "Facility water leaving";
  HeatReuse.Boundaries.PressureInlet sink_inlet "Heating water entering";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_sink_nominal, dp_nominal=dp_sink_nominal, T_rise=T_rise_pump) "Condenser pump";
  HeatReuse.Pipes.MixingVolume header(V=2*relative_size, T_start=T_sink_in_start) "Header before the condensers";
  HeatReuse.Pipes.Inertia inertia(L=60, A=0.09*relative_size, m_flow_start=m_flow_sink_nominal) "Inertia of the heating water";
  HeatReuse.Pipes.Resistance pipes(m_flow_nominal=m_flow_sink_nominal, dp_nominal=0.4*dp_sink_nominal) "Heating water pipes";
  HeatReuse.Pipes.MixingVolume sink_pipe(V=4*relative_size, T_start=T_sink_nominal) "Pipe behind the condensers";
  HeatReuse.Boundaries.PressureOutlet sink_outlet "Heating water leaving";
  HeatReuse.Boundaries.Temperature room "Machine room";
equation
  source_inlet.m_flow_in = m_flow_source;
  source_inlet.T_in = T_source_in;
  sink_inlet.T_in = T_sink_in;
  room.T_in = T_room;
  pump.command = speed_sink;
  train.command = capacity;
  connect(source_inlet.port, train.port_source_a);
  connect(train.port_source_b, source_pipe.ports[1]);
  connect(source_pipe.ports[2], source_outlet.port);
  connect(sink_inlet.port, pump.port_a);
  connect(pump.port_b, header.ports[1]);
  connect(pump.heatPort, header.heatPort);
  connect(header.ports[2], inertia.port_a);
  connect(inertia.port_b, train.port_sink_a);
  connect(train.port_sink_b, pipes.port_a);
  connect(pipes.port_b, sink_pipe.ports[1]);
  connect(sink_pipe.ports[2], sink_outlet.port);
  connect(train.heatPort_room, room.port);
  T_source_out = source_outlet.T;
  T_sink_out = sink_outlet.T;
  m_flow_sink = sink_outlet.m_flow;
  Q_flow_source = source_inlet.H_flow + source_outlet.H_flow;
  Q_flow_sink = -(sink_inlet.H_flow + sink_outlet.H_flow);
  Q_flow_condenser = train.Q_flow_condenser;
  P_el = train.P_el;
  P_pumps = pump.P_el;
  COP = Q_flow_condenser/(P_el + 1e-6*Q_flow_nominal);
  capacity_actual = train.capacity;
  derating = train.derating;
  U = train.U + source_pipe.U + header.U + sink_pipe.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_sink) = sink_inlet.H_flow + sink_outlet.H_flow;
  der(E_in_electric) = train.P_el + pump.P_shaft;
  der(E_in_room) = room.Q_flow;
  der(E_el) = train.P_el;
  der(E_pumps) = pump.P_el;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<h4>Equations</h4>
<p>nMachines machines whose condensers follow each other, <a href=\"modelica://HeatReuse.HeatPumps.SeriesHeatPumps\">SeriesHeatPumps</a>, with a pump, a header, one inertia and volumes behind them; inputs and
outputs are those of <a href=\"modelica://HeatReuse.Plants.HeatPumpPlant\">HeatPumpPlant</a>. U(t) - U(0) = E_in_source + E_in_sink + E_in_electric + E_in_room.</p>
<h4>Assumptions</h4>
<p>The heating water passes machines at rest, so a machine that stops lowers the supply temperature. COP goes to zero at rest. The losses of the pump drive are not part of the balance; E_pumps counts them.</p>
<h4>Source</h4>
<p>First principles for the water; the COP is that of the chosen performance.</p></html>"));
end HeatPumpSeriesPlant;
