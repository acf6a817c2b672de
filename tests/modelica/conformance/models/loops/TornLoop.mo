// large nonlinear loop that tears to one unknown: a chain of explicit steps closed by one implicit equation
model TornLoop
  Real u = 1 + 0.5*sin(time);
  Real a(start = 0.5);
  Real b;
  Real c;
  Real d;
  Real e;
equation
  b = tanh(a) + u;
  c = b/(1 + a^2);
  d = c + 0.1*exp(-b);
  e = sqrt(d^2 + 1);
  a = 0.5*e - 0.2*c*d;
end TornLoop;
