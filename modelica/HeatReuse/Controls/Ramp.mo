within HeatReuse.Controls;
model Ramp "Signal that goes from one value to another along a straight line"
  parameter Real y_before = 0 "Value before the ramp";
  parameter Real y_after = 1 "Value after the ramp";
  parameter HeatReuse.Types.Time t_begin = 0 "Time at which the ramp begins";
  parameter HeatReuse.Types.Time duration(min=1e-3) = 5 "Duration of the ramp";
  HeatReuse.Interfaces.RealOutput y "Value of the signal";
equation
  assert(noEvent(duration > 0), "the duration of a ramp must be above 0: write a step as a ramp of some seconds");
  y = y_before + (y_after - y_before)*HeatReuse.Utilities.clip((time - t_begin)/duration, 0, 1);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>y = y_before + (y_after - y_before) clip((t - t_begin)/duration, 0, 1).</p>
<h4>Assumptions</h4>
<p>Two corners and no event. For more of them take <a href=\"modelica://HeatReuse.Tables.TimeTable\">TimeTable</a>; many short ramps in a long run can be stepped over by an integrator unless its step is limited.</p>
<h4>Source</h4>
<p>Definition.</p></html>"));
end Ramp;
