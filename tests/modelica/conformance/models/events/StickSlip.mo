// mass on a belt with dry friction: sticking and sliding as modes, forces from a spring
model StickSlip
  parameter Real k = 4;
  parameter Real Fs = 2;
  parameter Real Fd = 1;
  parameter Real vb = 0.5;
  Real x(start = 0, fixed = true);
  Real v(start = vb, fixed = true);
  output Boolean stuck(start = true, fixed = true);
equation
  der(x) = v;
  der(v) = if stuck then 0 else Fd - k*x;
  when k*x > Fs then
    stuck = false;
  elsewhen v >= vb and not pre(stuck) and k*x < Fs then
    stuck = true;
    reinit(v, vb);
  end when;
end StickSlip;
