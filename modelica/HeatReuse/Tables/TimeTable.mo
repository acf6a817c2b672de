within HeatReuse.Tables;
model TimeTable "Signal over time along straight lines"
  parameter HeatReuse.Types.Time t[:] = {0, 1} "Increasing times";
  parameter Real y[size(t, 1)] = zeros(size(t, 1)) "Values at these times";
  HeatReuse.Interfaces.RealOutput v "Value of the signal";
equation
  for i in 1:size(t, 1) - 1 loop
    assert(t[i + 1] > t[i], "the times t of a signal must increase");
  end for;
  v = HeatReuse.Tables.linear1D(t, y, time, false);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Straight lines between the points (t, y), the end values outside (<a href=\"modelica://HeatReuse.Tables.linear1D\">linear1D</a> of time).</p>
<h4>Assumptions</h4>
<p>Write a step as a ramp of some seconds: the signal has corners, but no jump and no event. A variable-step integrator that has nothing else to do can step over a short pulse.</p>
<h4>Source</h4>
<p>Definition of piecewise linear interpolation.</p></html>"));
end TimeTable;
