// time events on dependent parameters that are set in the FMU
model TimeOnParameter
  parameter Real t1 = 1;
  parameter Real t2 = 2*t1;
  output Integer n(start = 0, fixed = true);
  Real x(start = 0, fixed = true);
equation
  der(x) = n;
  when time > t1 then
    n = 1;
  elsewhen time > t2 then
    n = -1;
  end when;
end TimeOnParameter;
