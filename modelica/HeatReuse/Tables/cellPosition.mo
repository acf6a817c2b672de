within HeatReuse.Tables;
function cellPosition "Position in each cell between neighbouring points: 0 at its lower end, 1 at its upper end"
  input Real x[:] "Increasing abscissae, at least two";
  input Real u "Where";
  input Boolean extend=false "Let the first cell go on below 0 and the last one above 1";
  output Real r[size(x, 1) - 1] "0 below a cell, 1 above it";
algorithm
  r := {noEvent(if u < x[i] and not (extend and i == 1) then 0 elseif u >= x[i + 1] and not (extend and i == size(x, 1) - 1) then 1 else (u - x[i])/(x[i + 1] - x[i])) for i in 1:size(x, 1) - 1};
  annotation (Inline=true, Documentation(info="<html><p>At a point of the table the cell above it counts, so that derivatives are those to the right.</p></html>"));
end cellPosition;
