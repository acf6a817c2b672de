within HeatReuse.Pumps;
model CurvePump "Speed-controlled pump with head and power curves from a catalogue"
  extends HeatReuse.Interfaces.PassThrough;
  parameter HeatReuse.Types.MassFlowRate m_flow_curve[:] = {0, 25, 50, 75, 100, 125} "Flow at the points of the curves, from 0 on";
  parameter HeatReuse.Types.PressureDifference head_curve[size(m_flow_curve, 1)] = {2.6e5, 2.58e5, 2.5e5, 2.33e5, 2.0e5, 1.5e5} "Head at these flows";
  parameter HeatReuse.Types.Power P_curve[size(m_flow_curve, 1)] = {11e3, 15e3, 19e3, 23e3, 26.5e3, 29e3} "Shaft power at these flows";
  parameter HeatReuse.Types.Fraction speed_curve = 0.9 "Relative speed at which the curves hold";
  parameter HeatReuse.Types.Density rho = 988 "Density of the liquid";
  parameter HeatReuse.Types.Fraction eta_drive = 0.93 "Efficiency of motor and converter";
  parameter Real check_valve(unit="1") = 1e4 "Resistance against reversed flow: head at zero flow times this at the largest flow of the curves";
  parameter HeatReuse.Types.Time T_rise = 30 "Time from standstill to full speed";
  parameter HeatReuse.Types.Fraction speed_min = 0.25 "Lowest speed while running";
  parameter HeatReuse.Types.Fraction speed_start = speed_curve "Initial speed";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded relative speed, 0 off";
  HeatReuse.Interfaces.HeatPort heatPort "Takes the shaft power; connect it to a volume of the circuit";
  HeatReuse.Types.Fraction speed "Relative speed";
  HeatReuse.Types.PressureDifference head "Pressure at port_b minus pressure at port_a";
  HeatReuse.Types.Power P_shaft "Shaft power";
  HeatReuse.Types.Power P_el "Electric power";
  HeatReuse.Types.Fraction eta "Hydraulic efficiency";
protected
  parameter HeatReuse.Types.MassFlowRate m_flow_end = m_flow_curve[size(m_flow_curve, 1)] "Largest flow of the curves";
  parameter HeatReuse.Types.Power P_end = P_curve[size(m_flow_curve, 1)] "Power at the largest flow of the curves";
  parameter HeatReuse.Types.PressureDifference head_fall = head_curve[1] - head_curve[size(m_flow_curve, 1)] "Fall of the head over the curve";
  HeatReuse.Utilities.Drive drive(T_rise=T_rise, y_min=speed_min, y_start=speed_start) "Motor of the pump";
  HeatReuse.Tables.Table1D head_table(x=m_flow_curve, y=head_curve) "Head at the speed of the curves";
  HeatReuse.Tables.Table1D power_table(x=m_flow_curve, y=P_curve) "Shaft power at the speed of the curves";
  Real s(unit="1") "Speed over that of the curves";
  HeatReuse.Types.MassFlowRate m_flow_reduced "Flow reduced to the speed of the curves, within them";
equation
  assert(noEvent(head_fall > 0), "the head of a pump must fall from the first to the last point of its curve");
  drive.command = command;
  speed = drive.y;
  s = speed/speed_curve;
  m_flow_reduced = HeatReuse.Utilities.clip(m_flow*s/(s^2 + 1e-4), 0, m_flow_end);
  head_table.u = m_flow_reduced;
  power_table.u = m_flow_reduced;
  head = s^2*head_table.v - head_fall*noEvent(max((m_flow/m_flow_end)*noEvent(abs(m_flow/m_flow_end)) - s^2, 0)) + check_valve*head_curve[1]*noEvent(min(m_flow/m_flow_end, 0))^2;
  dp = -head;
  P_shaft = s^3*power_table.v;
  P_el = P_shaft/eta_drive;
  eta = noEvent(max(m_flow, 0))*head/rho/(P_shaft + 1e-6*P_end);
  heatPort.Q_flow = -P_shaft;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>With s = speed/speed_curve and the reduced flow x = m_flow s/(s<sup>2</sup> + 0.01<sup>2</sup>), limited to the range of the curves: head = s<sup>2</sup> h(x), shaft power = s<sup>3</sup> P(x), by monotone cubic interpolation
(<a href=\"modelica://HeatReuse.Tables.Table1D\">Table1D</a>). Beyond the end of the curve the head goes on falling with (h<sub>1</sub> - h<sub>end</sub>) (m_flow<sup>2</sup>/m_end<sup>2</sup> - s<sup>2</sup>); against the flow the non-return
valve adds check_valve h<sub>1</sub> (m_flow/m_end)<sup>2</sup>. Efficiency eta = m_flow head/(rho P). All shaft power becomes heat in the liquid.</p>
<h4>Assumptions</h4>
<p>Affinity laws down to standstill: the efficiency does not fall with the speed. The reduction of the flow is off by 0.01 % at full speed and 0.2 % at a quarter of it, so that standstill needs no division by zero. A stopped pump
resists with the fall of its curve. Losses of motor and converter go to the room. No cavitation.</p>
<h4>Source</h4>
<p>Affinity laws: G&uuml;lich, Centrifugal Pumps (2014). Curves: those of the manufacturer; the defaults are a pump of 20 kW hydraulic power with an efficiency of 0.77 at its best point.</p></html>"));
end CurvePump;
