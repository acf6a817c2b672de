within HeatReuse.Tables;
function slopeWeights "Weights of the slopes in cubic Hermite interpolation"
  input Real x[:] "Increasing abscissae, at least two";
  input Real r[:] "Position in each cell, 0 to 1";
  input Real u "Where";
  input Boolean extend=false "Go on along the slopes at the ends";
  output Real w[size(x, 1)] "Weight of each slope";
algorithm
  w := cat(1, {(x[i + 1] - x[i])*r[i]*(1 - r[i])*(1 - r[i]) for i in 1:size(r, 1)}, {noEvent(if extend and u >= x[size(x, 1)] then u - x[size(x, 1)] else 0)})
    - cat(1, {noEvent(if extend and u < x[1] then x[1] - u else 0)}, {(x[i + 1] - x[i])*r[i]*r[i]*(1 - r[i]) for i in 1:size(r, 1)});
  annotation (Inline=true, Documentation(info="<html><p>Of a cell of width h: h r (1 - r)<sup>2</sup> for the slope at its lower end, -h r<sup>2</sup> (1 - r) for that at its upper end. Outside the
table the distance to its end, when the slope goes on there.</p></html>"));
end slopeWeights;
