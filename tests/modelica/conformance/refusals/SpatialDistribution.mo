// expects: 'spatialDistribution' is not supported; model the pipe with volumes in series
model SpatialDistribution
  Real x(start = 0, fixed = true);
  Real a;
  Real b;
equation
  der(x) = 1;
  (a, b) = spatialDistribution(1.0, 2.0, x, true, {0.0, 1.0}, {0.0, 0.0}); // here
end SpatialDistribution;
