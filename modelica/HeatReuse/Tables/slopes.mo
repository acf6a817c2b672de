within HeatReuse.Tables;
function slopes "Slopes along the first dimension of a table, of a monotone curve in each column"
  input Real x[:] "Increasing abscissae, at least three";
  input Real z[size(x, 1), :] "Values";
  output Real d[size(z, 1), size(z, 2)] "Slopes";
algorithm
  d := HeatReuse.Tables.columnSlopes(HeatReuse.Tables.widths(x, size(z, 2)), (z[2:size(x, 1), :] - z[1:size(x, 1) - 1, :])./HeatReuse.Tables.widths(x, size(z, 2)));
  annotation (Inline=true, Documentation(info="<html><p>M. Steffen, A simple method for monotonic interpolation in one dimension, Astronomy and Astrophysics 239 (1990) 443-450. With cubic Hermite
interpolation between these slopes the curve has a continuous first derivative, passes through all points, and rises or falls between two of them as they do: no new maxima or minima.</p></html>"));
end slopes;
