within HeatReuse.Tables;
function hatWeights "Weights of the values of a table, from a curve that rises from 0 to 1 in each cell"
  input Real r[:] "Value of the curve in each cell, 0 below it and 1 above";
  output Real w[size(r, 1) + 1] "Weight of each point; their sum is 1";
algorithm
  w := cat(1, {1}, r) - cat(1, r, {0});
  annotation (Inline=true, Documentation(info="<html><p>w<sub>i</sub> = r<sub>i-1</sub> - r<sub>i</sub>: what has come in with the cell below less what has gone over to the next point.</p></html>"));
end hatWeights;
