// discrete difference equation at a sample rate that is a parameter
model SampledIntegrator
  parameter Real T = 0.2;
  discrete output Real s(start = 0, fixed = true);
  output Integer n(start = 0, fixed = true);
equation
  when sample(0, T) then
    s = pre(s) + T*time;
    n = pre(n) + 1;
  end when;
end SampledIntegrator;
