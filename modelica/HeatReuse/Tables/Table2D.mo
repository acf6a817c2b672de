within HeatReuse.Tables;
model Table2D "Value of a table of two dimensions"
  parameter Real x[:] = {0, 1, 2} "Increasing abscissae along the first dimension";
  parameter Real y[:] = {0, 1, 2} "Increasing abscissae along the second dimension";
  parameter Real z[size(x, 1), size(y, 1)] = {{x[i] + y[j] for j in 1:size(y, 1)} for i in 1:size(x, 1)} "Values: a row for each x, a column for each y";
  parameter Boolean smoothly = true "Continuous first derivatives; needs three points along each dimension. Else bilinear";
  parameter Boolean extend = false "Go on along the slopes at the rim outside the table; else hold the values there";
  HeatReuse.Interfaces.RealInput u1 "Where along the first dimension";
  HeatReuse.Interfaces.RealInput u2 "Where along the second dimension";
  HeatReuse.Interfaces.RealOutput v "Value of the table";
protected
  parameter Real z_x[size(x, 1), size(y, 1)] = if smoothly then HeatReuse.Tables.slopes(x, z) else zeros(size(x, 1), size(y, 1)) "Slopes along the first dimension";
  parameter Real z_y[size(x, 1), size(y, 1)] = if smoothly then transpose(HeatReuse.Tables.slopes(y, transpose(z))) else zeros(size(x, 1), size(y, 1)) "Slopes along the second dimension";
  parameter Real z_xy[size(x, 1), size(y, 1)] = if smoothly then HeatReuse.Tables.slopes(x, z_y) else zeros(size(x, 1), size(y, 1)) "Mixed second derivatives";
equation
  for i in 1:size(x, 1) - 1 loop
    assert(x[i + 1] > x[i], "the abscissae x of a table must increase");
  end for;
  for i in 1:size(y, 1) - 1 loop
    assert(y[i + 1] > y[i], "the abscissae y of a table must increase");
  end for;
  v = if smoothly then HeatReuse.Tables.smooth2D(x, y, z, z_x, z_y, z_xy, u1, u2, extend) else HeatReuse.Tables.linear2D(x, y, z, u1, u2, extend);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Bilinear (<a href=\"modelica://HeatReuse.Tables.linear2D\">linear2D</a>), or bicubic Hermite interpolation (<a href=\"modelica://HeatReuse.Tables.smooth2D\">smooth2D</a>). Slopes along each dimension are those of the monotone curve of Steffen (1990) through the values on that line, mixed
derivatives those of the same curve through the slopes along the second dimension.</p>
<h4>Assumptions</h4>
<p>What it guarantees: exact at the points; continuous first derivatives in the whole table (and beyond, when it goes on straight); no overshoot along the lines of the table; exact for
values of the form a + b x + c y + d x y. Inside a cell a small overshoot is possible where slopes change strongly in both directions.</p>
<p>Cost: the slopes are worked out from x, y and z whenever the plant is evaluated; with final x, y and z they are numbers in the compiled plant, which then cannot be set. That is about five
times less for 10 by 10 values.</p>
<h4>Source</h4>
<p>Steffen, Astronomy and Astrophysics 239 (1990), along each dimension.</p></html>"));
end Table2D;
