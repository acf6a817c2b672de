within HeatReuse.Tables;
function smooth1D "Cubic Hermite interpolation: continuous first derivative"
  input Real x[:] "Increasing abscissae, at least two";
  input Real y[size(x, 1)] "Values";
  input Real d[size(x, 1)] "Slopes, for example of HeatReuse.Tables.slopes";
  input Real u "Where";
  input Boolean extend=false "Go on along the end slopes outside the table; else hold the end values";
  output Real v "Value";
algorithm
  v := HeatReuse.Tables.valueWeights(HeatReuse.Tables.cellPosition(x, u))*y + HeatReuse.Tables.slopeWeights(x, HeatReuse.Tables.cellPosition(x, u), u, extend)*d;
  annotation (Inline=true, Documentation(info="<html><p>Third-order polynomials between the points. With extend=false the derivative jumps to zero at the ends of the table.</p></html>"));
end smooth1D;
