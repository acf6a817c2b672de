within HeatReuse.Pumps;
model Pump "Speed-controlled pump with quadratic head curve, affinity laws and non-return valve"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Mass flow at the design point";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 2e5 "Head at the design point";
  parameter HeatReuse.Types.Fraction speed_nominal = 0.9 "Relative speed at the design point";
  parameter HeatReuse.Types.Density rho = 988 "Density of the liquid";
  parameter Real shutoff_ratio(unit="1") = 1.3 "Head at zero flow over head at the design point, same speed";
  parameter HeatReuse.Types.Fraction eta_nominal = 0.75 "Hydraulic efficiency at the design point";
  parameter HeatReuse.Types.Fraction eta_drive = 0.93 "Efficiency of motor and converter";
  parameter HeatReuse.Types.Fraction power_at_zero_flow = 0.4 "Shaft power at zero flow over that at the design point, same speed";
  parameter Real check_valve(unit="1") = 1e4 "Resistance against reversed flow over that of the head curve, 0 without non-return valve";
  parameter HeatReuse.Types.Time T_rise = 30 "Time from standstill to full speed";
  parameter HeatReuse.Types.Fraction speed_min = 0.25 "Lowest speed while running";
  parameter HeatReuse.Types.Fraction speed_start = speed_nominal "Initial speed";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded relative speed, 0 off";
  HeatReuse.Interfaces.HeatPort heatPort "Takes the shaft power; connect it to a volume of the circuit";
  HeatReuse.Types.Fraction speed "Relative speed";
  HeatReuse.Types.Power P_shaft "Shaft power";
  HeatReuse.Types.Power P_el "Electric power";
protected
  HeatReuse.Utilities.Drive drive(T_rise=T_rise, y_min=speed_min, y_start=speed_start) "Motor of the pump";
  parameter HeatReuse.Types.Power P_nominal = m_flow_nominal/rho*dp_nominal/eta_nominal "Shaft power at the design point";
  Real speed_relative(unit="1") "Speed over design speed";
  Real m_flow_relative(unit="1") "Flow over design flow";
equation
  drive.command = command;
  speed = drive.y;
  speed_relative = speed/speed_nominal;
  m_flow_relative = m_flow/m_flow_nominal;
  -dp = dp_nominal*(shutoff_ratio*speed_relative^2 - (shutoff_ratio - 1)*HeatReuse.Utilities.quadratic(m_flow_relative, 0.01)
    + check_valve*noEvent(min(m_flow_relative, 0))^2);
  P_shaft = P_nominal*speed_relative^2*(power_at_zero_flow*speed_relative + (1 - power_at_zero_flow)*noEvent(max(m_flow_relative, 0)));
  P_el = P_shaft/eta_drive;
  heatPort.Q_flow = -P_shaft;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>With s = speed/speed_nominal, q = m_flow/m_flow_nominal, r = shutoff_ratio and c = power_at_zero_flow: head = dp_nominal (r s<sup>2</sup> - (r - 1) q|q|) and shaft power = P_nominal s<sup>2</sup> (c s + (1 - c) q) with P_nominal = m_flow_nominal/rho dp_nominal/eta_nominal.
Both obey the affinity laws: (q, head, power) scale with s, s<sup>2</sup>, s<sup>3</sup>. The efficiency follows: at design speed eta/eta_nominal = q (r - (r - 1) q<sup>2</sup>)/(c + (1 - c) q), 1 at the design point and 0 at zero flow.
Against the flow the non-return valve adds dp_nominal check_valve q<sup>2</sup>, and the shaft power counts q as 0. q|q| is linear below 1 %.</p>
<p>All shaft power becomes heat in the liquid (through heatPort): hydraulic power is dissipated in the circuit sooner or later, the losses of the pump at once.</p>
<h4>Assumptions</h4>
<p>Quadratic head curve, straight power curve; for curves from a catalogue take <a href=\"modelica://HeatReuse.Pumps.CurvePump\">CurvePump</a>. Losses of motor and converter (eta_drive, constant) go to the room and are not followed.
No cavitation, no stopped-pump turbine operation: a stopped pump resists with (r - 1) q|q|.</p>
<h4>Source</h4>
<p>Affinity laws and shapes of the curves of radial pumps: G&uuml;lich, Centrifugal Pumps (2014).</p></html>"));
end Pump;
