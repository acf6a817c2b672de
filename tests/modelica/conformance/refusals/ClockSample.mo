// expects: clocks are not supported; write when sample\(start, period\)
model ClockSample
  Clock c = Clock(0.1); // here
  Real x(start = 0, fixed = true);
  Real y;
equation
  der(x) = 1;
  y = sample(x, c);
end ClockSample;
