// pulse train with mod(time, period), duty by a parameter, counter of pulses
model PulseTrain
  parameter Real period = 2;
  parameter Real duty = 0.25;
  output Boolean b;
  output Integer pulses(start = 0, fixed = true);
  Real x(start = 0, fixed = true);
equation
  b = mod(time, period) < duty*period;
  der(x) = if b then 1 else -0.2;
  when b then
    pulses = pre(pulses) + 1;
  end when;
end PulseTrain;
