// tables of the library HeatReuse: one and two dimensions, linear and smooth, points from parameters
model LibraryTables
  parameter Real x[4] = {0, 1, 3, 4};
  parameter Real y[4] = {2, 5, 4, 8};
  parameter Real row[3] = {0, 1, 3};
  parameter Real column[2] = {10, 20};
  parameter Real table[3, 2] = [1, 2; 4, 8; 3, 5];
  output Real a = HeatReuse.Tables.linear1D(x, y, time - 0.5);
  output Real b = HeatReuse.Tables.linear1D(x, y, time - 0.5, true);
  output Real c = HeatReuse.Tables.linear2D(row, column, table, time, 10 + 3*time);
  HeatReuse.Tables.Table1D curve(x = x, y = y, u = 1);
  HeatReuse.Tables.Table1D straight(x = {0, 1, 2, 3}, y = {1, 3, 5, 7}, u = time);
  output Real d = curve.v;
  output Real e = straight.v;
end LibraryTables;
