within HeatReuse.Tables;
model Table1D "Value of a table of one dimension"
  parameter Real x[:] = {0, 1, 2} "Increasing abscissae";
  parameter Real y[size(x, 1)] = x "Values at the abscissae";
  parameter Boolean smoothly = true "Continuous first derivative; needs three points. Else straight lines";
  parameter Boolean extend = false "Go on along the slopes at the ends outside the table; else hold the end values";
  HeatReuse.Interfaces.RealInput u "Where";
  HeatReuse.Interfaces.RealOutput v "Value of the table";
protected
  parameter Real d[size(x, 1)] = if smoothly then vector(HeatReuse.Tables.slopes(x, transpose({y}))) else zeros(size(x, 1)) "Slopes at the abscissae";
equation
  for i in 1:size(x, 1) - 1 loop
    assert(x[i + 1] > x[i], "the abscissae x of a table must increase");
  end for;
  v = if smoothly then HeatReuse.Tables.smooth1D(x, y, d, u, extend) else HeatReuse.Tables.linear1D(x, y, u, extend);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Straight lines between the points (<a href=\"modelica://HeatReuse.Tables.linear1D\">linear1D</a>), or monotone cubic interpolation (<a href=\"modelica://HeatReuse.Tables.smooth1D\">smooth1D</a> with
<a href=\"modelica://HeatReuse.Tables.slopes\">slopes</a>): continuous first derivative, no overshoot between points. Outside the table the value at its end is held, where the derivative jumps to zero, or the curve goes on straight.</p>
<h4>Assumptions</h4>
<p>The abscissae increase; smooth interpolation needs three points. x and y can be set in the compiled plant; the number of points is fixed when it is compiled.</p>
<p>Cost: the slopes are worked out from x and y whenever the plant is evaluated; with final x and y, as in Table1D(final x={...}, final y={...}), they are numbers in the compiled plant, which
then cannot be set.</p>
<h4>Source</h4>
<p>Steffen, Astronomy and Astrophysics 239 (1990).</p></html>"));
end Table1D;
