within HeatReuse.Tables;
model TimeTable "Signal over time along straight lines"
  parameter HeatReuse.Types.Time t[:] = {0, 1} "Increasing times";
  parameter Real y[size(t, 1)] = zeros(size(t, 1)) "Values at these times";
  HeatReuse.Interfaces.RealOutput v "Value of the signal";
equation
  for i in 1:size(t, 1) - 1 loop
    assert(t[i + 1] > t[i], "the times t of a signal must increase");
  end for;
  v = HeatReuse.Tables.linear1D(t, y, time, false);
  annotation (Documentation(info="<html><p>Straight lines between (t, y), the end values outside. Write a step as a short ramp: the signal then has no event.</p></html>"));
end TimeTable;
