// functions with protected local variables, with defaults, that are assigned several times, and local arrays
model Locals
  function work
    input Real x;
    output Real y = 1.0;
  protected
    Real a = 2*x;
    Real b;
    Real v[3];
    constant Real c = 0.5;
  algorithm
    b := a + 1;
    a := b*b;
    v := {a, b, x};
    v[2] := v[1] + c;
    y := y + sum(v) + a;
  end work;
  output Real y = work(time);
end Locals;
