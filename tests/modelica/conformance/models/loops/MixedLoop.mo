// loop of linear and nonlinear equations with parallel branches: two valves and a pump curve
model MixedLoop
  parameter Real k1 = 1.0;
  parameter Real k2 = 0.5;
  parameter Real p0 = 10.0;
  Real dp(start = 5);
  Real q1(start = 1);
  Real q2(start = 1);
  Real q;
  Real E(start = 0, fixed = true);
equation
  q1 = k1*(1 + time)*sqrt(dp);
  q2 = k2*sqrt(dp);
  q = q1 + q2;
  dp = p0 - 0.3*q^2;
  der(E) = dp*q;
end MixedLoop;
