within HeatReuse.Tables;
function valueWeights "Weights of the values in cubic Hermite interpolation"
  input Real r[:] "Position in each cell, 0 to 1";
  output Real w[size(r, 1) + 1] "Weight of each point; their sum is 1";
algorithm
  w := HeatReuse.Tables.hatWeights({r[i]*r[i]*(3 - 2*r[i]) for i in 1:size(r, 1)});
  annotation (Inline=true, Documentation(info="<html><p>Each cell passes from one value to the next with 3 r<sup>2</sup> - 2 r<sup>3</sup>.</p></html>"));
end valueWeights;
