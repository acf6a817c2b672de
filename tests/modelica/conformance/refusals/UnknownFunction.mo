// expects: foo
model UnknownFunction
  Real x(start = 1, fixed = true);
equation
  der(x) = foo(x); // here
end UnknownFunction;
