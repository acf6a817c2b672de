within HeatReuse;
package Tables "Interpolation in tables of one and two dimensions"
  annotation (Documentation(info="<html>
<p>Tables are parameters, so their values can be set in the compiled plant. Blocks: <a href=\"modelica://HeatReuse.Tables.Table1D\">Table1D</a>,
<a href=\"modelica://HeatReuse.Tables.Table2D\">Table2D</a>. The functions are free of events; none of them searches: each value of the table has a weight, which is
zero outside the cells beside it, so that the result is exact at the points of the table and rounding errors stay local.</p></html>"));
end Tables;
