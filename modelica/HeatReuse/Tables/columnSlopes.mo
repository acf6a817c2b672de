within HeatReuse.Tables;
function columnSlopes "Slopes of a monotone curve at all points, from the cells between them"
  input Real h[:, :] "Width of each cell, a column for each curve; at least two cells";
  input Real s[size(h, 1), size(h, 2)] "Rise over width of each cell";
  output Real d[size(h, 1) + 1, size(h, 2)] "Slopes at the points";
algorithm
  d := cat(1, HeatReuse.Tables.endSlope(h[1:1, :], h[2:2, :], s[1:1, :], s[2:2, :]),
    HeatReuse.Tables.innerSlope(h[1:size(h, 1) - 1, :], h[2:size(h, 1), :], s[1:size(h, 1) - 1, :], s[2:size(h, 1), :]),
    HeatReuse.Tables.endSlope(h[size(h, 1):size(h, 1), :], h[size(h, 1) - 1:size(h, 1) - 1, :], s[size(h, 1):size(h, 1), :], s[size(h, 1) - 1:size(h, 1) - 1, :]));
  annotation (Inline=true, Documentation(info="<html><p>See <a href=\"modelica://HeatReuse.Tables.slopes\">slopes</a>.</p></html>"));
end columnSlopes;
