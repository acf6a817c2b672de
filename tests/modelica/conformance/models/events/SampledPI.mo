// sampled PI controller with limits and anti-windup on a first-order plant
model SampledPI
  parameter Real k = 3;
  parameter Real Ti = 4;
  parameter Real Ts = 0.5;
  parameter Real setpoint = 1;
  Real x(start = 0, fixed = true);
  discrete output Real u(start = 0, fixed = true);
  discrete Real I(start = 0, fixed = true);
  discrete Real raw(start = 0, fixed = true);
  discrete Real e(start = 0, fixed = true);
equation
  5*der(x) = u - x;
  when sample(0, Ts) then
    e = setpoint - x;
    raw = k*e + pre(I);
    u = max(0, min(1.5, raw));
    I = pre(I) + (if raw > 0 and raw < 1.5 then k*Ts/Ti*e else 0);
  end when;
end SampledPI;
