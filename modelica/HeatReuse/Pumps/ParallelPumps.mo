within HeatReuse.Pumps;
model ParallelPumps "Equal pumps side by side, each with a non-return valve; any of them may fail"
  extends HeatReuse.Interfaces.PassThrough;
  parameter Integer n(min=1) = 3 "Number of pumps";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 50 "Mass flow of one pump at the design point";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 2e5 "Head of a pump at the design point";
  parameter HeatReuse.Types.Fraction speed_nominal = 0.9 "Relative speed at the design point";
  parameter HeatReuse.Types.Density rho = 988 "Density of the liquid";
  parameter Real shutoff_ratio(unit="1") = 1.3 "Head at zero flow over head at the design point, same speed";
  parameter HeatReuse.Types.Fraction eta_nominal = 0.75 "Hydraulic efficiency at the design point";
  parameter HeatReuse.Types.Fraction eta_drive = 0.93 "Efficiency of motor and converter";
  parameter HeatReuse.Types.Fraction power_at_zero_flow = 0.4 "Shaft power at zero flow over that at the design point, same speed";
  parameter HeatReuse.Types.PressureDifference dp_check_nominal = 5e3 "Pressure drop of a non-return valve at the design flow of its pump";
  parameter Real closed_ratio(unit="1") = 1e6 "Resistance of a closed non-return valve over that of the open one";
  parameter HeatReuse.Types.Time T_rise = 30 "Time from standstill to full speed";
  parameter HeatReuse.Types.Time T_coast = 3 "Time constant of a pump that runs down without power";
  parameter HeatReuse.Types.Fraction speed_min = 0.25 "Lowest speed while running";
  parameter HeatReuse.Types.Fraction speed_start[n] = fill(speed_nominal, n) "Initial speed, per pump";
  parameter HeatReuse.Types.PressureDifference head_start = dp_nominal "Initial head";
  parameter HeatReuse.Types.Time T_header(min=1e-3) = 0.05 "Time constant of the pressure in the common header";
  HeatReuse.Interfaces.RealInput command[n](each unit="1") "Commanded relative speed, 0 off, per pump";
  HeatReuse.Interfaces.RealInput available[n](each unit="1") "1 when the pump has power, 0 when it has failed, per pump";
  HeatReuse.Interfaces.HeatPort heatPort "Takes the shaft power; connect it to a volume of the circuit";
  HeatReuse.Types.PressureDifference head(start=head_start, fixed=true) "Pressure at port_b minus pressure at port_a";
  HeatReuse.Types.MassFlowRate m_flow_pump[n] "Mass flow, per pump";
  HeatReuse.Types.Fraction speed[n] "Relative speed, per pump";
  HeatReuse.Types.Power P_shaft "Shaft power of all pumps";
  HeatReuse.Types.Power P_el "Electric power of all pumps";
protected
  HeatReuse.Utilities.FailingDrive drive[n](each T_rise=T_rise, each T_coast=T_coast, each y_min=speed_min, y_start=speed_start) "Motor, per pump";
  parameter HeatReuse.Types.Power P_nominal = m_flow_nominal/rho*dp_nominal/eta_nominal "Shaft power of a pump at the design point";
  parameter Real k_forward(unit="1") = shutoff_ratio - 1 + dp_check_nominal/dp_nominal "Loss of pump and open valve over dp_nominal at the design flow";
  parameter Real k_backward(unit="1") = shutoff_ratio - 1 + closed_ratio*dp_check_nominal/dp_nominal "Loss of pump and closed valve over dp_nominal at the design flow";
  Real surplus[n](each unit="1") "Head at zero flow above that of the header, over dp_nominal, per pump";
  HeatReuse.Types.Power P[n] "Shaft power, per pump";
equation
  for i in 1:n loop
    drive[i].command = command[i];
    drive[i].available = available[i];
    speed[i] = drive[i].y;
    surplus[i] = shutoff_ratio*(speed[i]/speed_nominal)^2 - head/dp_nominal;
    m_flow_pump[i] = m_flow_nominal*(HeatReuse.Utilities.signedRoot(noEvent(max(surplus[i], 0))/k_forward, 1e-4)
      + HeatReuse.Utilities.signedRoot(noEvent(min(surplus[i], 0))/k_backward, 1e-4));
    P[i] = P_nominal*(speed[i]/speed_nominal)^2*(power_at_zero_flow*speed[i]/speed_nominal + (1 - power_at_zero_flow)*noEvent(max(m_flow_pump[i], 0))/m_flow_nominal);
  end for;
  T_header*der(head) = dp_nominal*(sum(m_flow_pump) - m_flow)/(n*m_flow_nominal);
  dp = -head;
  P_shaft = sum(P);
  P_el = P_shaft/eta_drive;
  heatPort.Q_flow = -P_shaft;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Each pump has the head curve of <a href=\"modelica://HeatReuse.Pumps.Pump\">Pump</a> and a non-return valve behind it. With the common head H and x = r s<sup>2</sup> - H/dp_nominal its flow is q = &radic;(x/k), with k = r - 1 +
dp_check_nominal/dp_nominal where x is positive, and backwards through the closed valve, with k = r - 1 + closed_ratio dp_check_nominal/dp_nominal, where x is negative; roots are linear for |x|/k below 1e-4. The head is a
state: T_header dH/dt = dp_nominal (sum of the flows - m_flow)/(n m_flow_nominal). Shaft power of each pump: P_nominal s<sup>2</sup> (c s + (1 - c) q); the sum goes to heatPort. The drives
are <a href=\"modelica://HeatReuse.Utilities.FailingDrive\">FailingDrive</a>.</p>
<h4>Assumptions</h4>
<p>The flow m_flow through the component is that of the circuit, whose inertia is a state elsewhere, so it takes the place of a single pump in any circuit. The header's state settles within about a tenth of a second; in that time
the sum of the pumps' flows may differ from m_flow, which is the flow that carries heat (no mass is stored). What leaks back through a closed valve goes round in the component. Equal pumps; no slam of valves; losses of
motors and converters go to the room.</p>
<p>Which pumps run is decided outside: by <a href=\"modelica://HeatReuse.Controls.TakeOver\">TakeOver</a>, or at system level.</p>
<h4>Source</h4>
<p>Affinity laws and pumps in parallel: G&uuml;lich, Centrifugal Pumps (2014).</p></html>"));
end ParallelPumps;
