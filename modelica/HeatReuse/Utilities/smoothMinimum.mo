within HeatReuse.Utilities;
function smoothMinimum "Smallest element of a vector, rounded"
  input Real x[:] "Values";
  input Real delta "Width of the rounding, in units of x";
  output Real y "At most the smallest element, at least delta*log(size(x, 1)) below it";
protected
  Real total "Sum of the weights";
algorithm
  total := 0;
  for i in 1:size(x, 1) loop
    total := total + exp((x[1] - x[i])/delta);
  end for;
  y := x[1] - delta*log(total);
  annotation (Documentation(info="<html><p>y = -delta log(sum(exp(-x<sub>i</sub>/delta))), written relative to the first element. Differences to the first element must stay below 700 delta.</p></html>"));
end smoothMinimum;
