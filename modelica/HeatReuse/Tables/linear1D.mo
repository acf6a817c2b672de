within HeatReuse.Tables;
function linear1D "Piecewise linear interpolation"
  input Real x[:] "Increasing abscissae, at least two";
  input Real y[size(x, 1)] "Values";
  input Real u "Where";
  input Boolean extend=false "Go on along the first and last cell outside the table; else hold the end values";
  output Real v "Value";
algorithm
  v := HeatReuse.Tables.hatWeights(HeatReuse.Tables.cellPosition(x, u, extend))*y;
  annotation (Inline=true, Documentation(info="<html><p>Straight lines between the points; the derivative jumps there and is the one to the right.</p></html>"));
end linear1D;
