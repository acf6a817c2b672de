within HeatReuse.Examples;
model ValveStiction "Two flow loops with the same PI controller: a good valve, and one with stiction"
  output HeatReuse.Types.MassFlowRate m_flow_set "Set point";
  output HeatReuse.Types.MassFlowRate m_flow_good "Flow with the good valve";
  output HeatReuse.Types.MassFlowRate m_flow_sticking "Flow with the sticking valve";
  output Real command_good(unit="1") "Output of the controller of the good valve";
  output Real command_sticking(unit="1") "Output of the controller of the sticking valve";
  output Real opening_good(unit="1") "Lift of the good valve";
  output Real opening_sticking(unit="1") "Lift of the sticking valve";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_header(start=0, fixed=true) "Energy taken in from the headers";
protected
  model StickingMotor = HeatReuse.Utilities.StickingActuator(S=0.05, J=0.03) "Motor with a stick band of 5 % and a slip jump of 3 %";
  HeatReuse.Boundaries.SupplyAndReturn header_good(dp=1e5) "Header of the good valve";
  HeatReuse.Boundaries.SupplyAndReturn header_sticking(dp=1e5) "Header of the sticking valve";
  HeatReuse.Pipes.MixingVolume volume_good(nPorts=2, V=1) "Consumer behind the good valve";
  HeatReuse.Pipes.MixingVolume volume_sticking(nPorts=2, V=1) "Consumer behind the sticking valve";
  HeatReuse.Valves.LinearValve good(m_flow_nominal=20, dp_nominal=5e4, T_stroke=30, opening_start=0.5) "Good valve";
  HeatReuse.Valves.LinearValve sticking(redeclare model Actuator = StickingMotor, m_flow_nominal=20, dp_nominal=5e4, T_stroke=30, opening_start=0.5) "Sticking valve";
  HeatReuse.Pipes.Resistance pipe_good(m_flow_nominal=20, dp_nominal=5e4) "Rest of the branch of the good valve";
  HeatReuse.Pipes.Resistance pipe_sticking(m_flow_nominal=20, dp_nominal=5e4) "Rest of the branch of the sticking valve";
  HeatReuse.Pipes.Inertia inertia_good(L=50, A=0.02, m_flow_start=12) "Inertia of the branch of the good valve";
  HeatReuse.Pipes.Inertia inertia_sticking(L=50, A=0.02, m_flow_start=12) "Inertia of the branch of the sticking valve";
  HeatReuse.Sensors.MassFlowSensor sensor_good(T_lag=3, m_flow_start=12) "Sensor of the good valve";
  HeatReuse.Sensors.MassFlowSensor sensor_sticking(T_lag=3, m_flow_start=12) "Sensor of the sticking valve";
  HeatReuse.Controls.PI controller_good(k=0.02, Ti=10) "Controller of the good valve";
  HeatReuse.Controls.PI controller_sticking(k=0.02, Ti=10) "Controller of the sticking valve";
  HeatReuse.Controls.Ramp setpoint(y_before=14, y_after=12, t_begin=900, duration=5) "Set point";
equation
  header_good.T_supply = 333.15;
  header_sticking.T_supply = 333.15;
  connect(setpoint.y, controller_good.setpoint);
  connect(setpoint.y, controller_sticking.setpoint);
  connect(sensor_good.reading, controller_good.measurement);
  connect(sensor_sticking.reading, controller_sticking.measurement);
  connect(controller_good.y, good.command);
  connect(controller_sticking.y, sticking.command);
  connect(header_good.port_supply, good.port_a);
  connect(good.port_b, pipe_good.port_a);
  connect(pipe_good.port_b, sensor_good.port_a);
  connect(sensor_good.port_b, inertia_good.port_a);
  connect(inertia_good.port_b, volume_good.ports[1]);
  connect(volume_good.ports[2], header_good.port_return);
  connect(header_sticking.port_supply, sticking.port_a);
  connect(sticking.port_b, pipe_sticking.port_a);
  connect(pipe_sticking.port_b, sensor_sticking.port_a);
  connect(sensor_sticking.port_b, inertia_sticking.port_a);
  connect(inertia_sticking.port_b, volume_sticking.ports[1]);
  connect(volume_sticking.ports[2], header_sticking.port_return);
  m_flow_set = setpoint.y;
  m_flow_good = inertia_good.m_flow;
  m_flow_sticking = inertia_sticking.m_flow;
  command_good = controller_good.y;
  command_sticking = controller_sticking.y;
  opening_good = good.opening;
  opening_sticking = sticking.opening;
  U = volume_good.U + volume_sticking.U;
  der(E_in_header) = header_good.Q_flow + header_sticking.Q_flow;
  annotation (experiment(StopTime=1800, Interval=1, Tolerance=1e-8), Documentation(info="<html><p>Both controllers are tuned alike and well damped. The good loop settles; the loop with a stick band of 5 % and a slip jump of 3 % hunts for ever: the
controller integrates while the stem sticks, the stem jumps too far, and so on. The sign of stiction is a triangle in the command together with a square wave in the flow; a loop that hunts because of its tuning has sines
in both. Detuning only makes the cycle longer.</p>
<p>The period of the cycle needs a tolerance of 1e-7 or tighter: while the stem sticks the states creep, and with 1e-6 solvers find periods that are longer by half.</p></html>"));
end ValveStiction;
