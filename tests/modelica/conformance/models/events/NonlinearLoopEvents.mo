// nonlinear loop whose coefficients change by events
model NonlinearLoopEvents
  Real h(start = 2, fixed = true);
  Real q(start = 1);
  output Boolean open(start = true, fixed = true);
equation
  h = q + (if open then 1 else 5)*q^3;
  der(h) = 0.5 - q;
  when h < 1.2 then
    open = false;
  end when;
end NonlinearLoopEvents;
