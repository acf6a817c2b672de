within HeatReuse.Controls;
model PI "Continuous PI controller with limits and anti-windup"
  parameter Real k(min=0) = 0.1 "Gain: unit of the output over unit of the measurement";
  parameter HeatReuse.Types.Time Ti(min=0.01) = 60 "Integral time";
  parameter HeatReuse.Types.Time Tt(min=0.01) = Ti "Time in which the integral part comes back from a limit";
  parameter Boolean reverse_acting = true "Output falls when the measurement rises (heating valve); false: output rises (cooling valve)";
  parameter Real y_min = 0 "Lower limit of the output";
  parameter Real y_max = 1 "Upper limit of the output";
  parameter Real weight(min=0, max=1) = 1 "Weight of the set point in the proportional part";
  parameter Real y_start = 0.5 "Initial integral part";
  parameter Boolean use_feed_forward = false "Add an input to the output";
  HeatReuse.Interfaces.RealInput setpoint "Set point";
  HeatReuse.Interfaces.RealInput measurement "Measurement";
  HeatReuse.Interfaces.RealInput feed_forward if use_feed_forward "Added to the output";
  HeatReuse.Interfaces.RealOutput y "Output";
  Real integral(start=y_start, fixed=true) "Integral part";
protected
  HeatReuse.Interfaces.RealOutput added "Feed-forward, 0 without";
  Real action "1 when the output falls with the measurement, -1 when it rises";
  Real unlimited "Output before the limits";
equation
  assert(noEvent(y_max > y_min), "y_max must be above y_min");
  connect(feed_forward, added);
  if not use_feed_forward then
    added = 0;
  end if;
  action = if reverse_acting then 1 else -1;
  unlimited = action*k*(weight*setpoint - measurement) + integral + added;
  y = HeatReuse.Utilities.clip(unlimited, y_min, y_max);
  der(integral) = action*k/Ti*(setpoint - measurement) + (y - unlimited)/Tt;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>v = s k (b w - x) + I + F, y = v limited to y_min..y_max, dI/dt = s k/Ti (w - x) + (y - v)/Tt, with set point w, measurement x, set-point weight b, feed-forward F and s = 1 for reverse, -1 for direct action. On a limit the last
term (back-calculation) pulls v to the limit, so that the output leaves it soon after the error changes its sign.</p>
<h4>Assumptions</h4>
<p>Continuous: no sampling, no noise, no dead band. In a steady state on a limit v lies Tt/Ti k (w - x) beyond it. The limits are those of this output: an actuator that saturates elsewhere winds the controller up.</p>
<h4>Source</h4>
<p>&Aring;str&ouml;m and H&auml;gglund, Advanced PID Control (2006), chapter 3.</p></html>"));
end PI;
