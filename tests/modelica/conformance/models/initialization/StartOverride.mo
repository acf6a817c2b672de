// start value of a state, set in the FMU before the run, counts
model StartOverride
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
end StartOverride;
