within HeatReuse.Tables;
function smooth2D "Bicubic Hermite interpolation: continuous first derivatives"
  input Real x[:] "Increasing abscissae along the first dimension, at least two";
  input Real y[:] "Increasing abscissae along the second dimension, at least two";
  input Real z[size(x, 1), size(y, 1)] "Values";
  input Real z_x[size(x, 1), size(y, 1)] "Slopes along the first dimension";
  input Real z_y[size(x, 1), size(y, 1)] "Slopes along the second dimension";
  input Real z_xy[size(x, 1), size(y, 1)] "Mixed second derivatives";
  input Real u1 "Where along the first dimension";
  input Real u2 "Where along the second dimension";
  input Boolean extend=false "Go on along the slopes at the rim outside the table; else hold the values there";
  output Real v "Value";
algorithm
  v := HeatReuse.Tables.valueWeights(HeatReuse.Tables.cellPosition(x, u1))*(z*HeatReuse.Tables.valueWeights(HeatReuse.Tables.cellPosition(y, u2))
      + z_y*HeatReuse.Tables.slopeWeights(y, HeatReuse.Tables.cellPosition(y, u2), u2, extend))
    + HeatReuse.Tables.slopeWeights(x, HeatReuse.Tables.cellPosition(x, u1), u1, extend)*(z_x*HeatReuse.Tables.valueWeights(HeatReuse.Tables.cellPosition(y, u2))
      + z_xy*HeatReuse.Tables.slopeWeights(y, HeatReuse.Tables.cellPosition(y, u2), u2, extend));
  annotation (Inline=true, Documentation(info="<html><p>Tensor product of cubic Hermite polynomials. Continuously differentiable whatever the slopes are, and exact at the points of the table.</p></html>"));
end smooth2D;
