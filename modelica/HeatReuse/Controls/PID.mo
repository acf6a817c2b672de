within HeatReuse.Controls;
model PID "Continuous PID controller with limits and anti-windup; derivative of the measurement"
  parameter Real k(min=0) = 0.1 "Gain: unit of the output over unit of the measurement";
  parameter HeatReuse.Types.Time Ti(min=0.01) = 60 "Integral time";
  parameter HeatReuse.Types.Time Td(min=0) = 10 "Derivative time";
  parameter Real N(unit="1", min=1) = 8 "Derivative time over time constant of its filter";
  parameter HeatReuse.Types.Time Tt(min=0.01) = Ti "Time in which the integral part comes back from a limit";
  parameter Boolean reverse_acting = true "Output falls when the measurement rises (heating valve); false: output rises (cooling valve)";
  parameter Real y_min = 0 "Lower limit of the output";
  parameter Real y_max = 1 "Upper limit of the output";
  parameter Real weight(min=0, max=1) = 1 "Weight of the set point in the proportional part";
  parameter Real y_start = 0.5 "Initial integral part";
  parameter Real measurement_start = 0 "Initial value of the filtered measurement";
  HeatReuse.Interfaces.RealInput setpoint "Set point";
  HeatReuse.Interfaces.RealInput measurement "Measurement";
  HeatReuse.Interfaces.RealOutput y "Output";
  Real integral(start=y_start, fixed=true) "Integral part";
  Real filtered(start=measurement_start, fixed=true) "Filtered measurement";
protected
  parameter HeatReuse.Types.Time T_filter = noEvent(max(Td, 0.01))/N "Time constant of the filter";
  Real action "1 when the output falls with the measurement, -1 when it rises";
  Real unlimited "Output before the limits";
equation
  assert(noEvent(y_max > y_min), "y_max must be above y_min");
  action = if reverse_acting then 1 else -1;
  T_filter*der(filtered) = measurement - filtered;
  unlimited = action*k*(weight*setpoint - measurement - Td*(measurement - filtered)/T_filter) + integral;
  y = HeatReuse.Utilities.clip(unlimited, y_min, y_max);
  der(integral) = action*k/Ti*(setpoint - measurement) + (y - unlimited)/Tt;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>v = s k (b w - x - Td dx<sub>f</sub>/dt) + I, y = v limited to y_min..y_max, dI/dt = s k/Ti (w - x) + (y - v)/Tt, with set point w, measurement x, set-point weight b and s = 1 for reverse, -1 for direct action. The derivative
acts on the measurement alone, filtered with T_f = Td/N: T_f dx<sub>f</sub>/dt = x - x<sub>f</sub>, x<sub>f</sub> = measurement_start at the start.</p>
<h4>Assumptions</h4>
<p>Parallel form with a common gain; continuous, without sampling, noise and dead band. Td below 0.01 s counts as 0.01 s in the filter.</p>
<h4>Source</h4>
<p>&Aring;str&ouml;m and H&auml;gglund, Advanced PID Control (2006), chapter 3.</p></html>"));
end PID;
