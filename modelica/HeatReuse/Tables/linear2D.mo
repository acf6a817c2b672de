within HeatReuse.Tables;
function linear2D "Bilinear interpolation"
  input Real x[:] "Increasing abscissae along the first dimension, at least two";
  input Real y[:] "Increasing abscissae along the second dimension, at least two";
  input Real z[size(x, 1), size(y, 1)] "Values";
  input Real u1 "Where along the first dimension";
  input Real u2 "Where along the second dimension";
  input Boolean extend=false "Go on along the outermost cells outside the table; else hold the values at the rim";
  output Real v "Value";
algorithm
  v := HeatReuse.Tables.hatWeights(HeatReuse.Tables.cellPosition(x, u1, extend))*(z*HeatReuse.Tables.hatWeights(HeatReuse.Tables.cellPosition(y, u2, extend)));
  annotation (Inline=true, Documentation(info="<html><p>Linear along each dimension; between the values at the corners of a cell.</p></html>"));
end linear2D;
