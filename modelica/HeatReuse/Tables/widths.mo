within HeatReuse.Tables;
function widths "Widths of the cells of a table, in each of some columns"
  input Real x[:] "Increasing abscissae";
  input Integer columns "Number of columns";
  output Real h[size(x, 1) - 1, columns] "Width of each cell";
algorithm
  h := transpose({x[2:size(x, 1)] - x[1:size(x, 1) - 1]})*ones(1, columns);
  annotation (Inline=true, Documentation(info="<html><p>h<sub>i</sub> = x<sub>i+1</sub> - x<sub>i</sub>.</p></html>"));
end widths;
