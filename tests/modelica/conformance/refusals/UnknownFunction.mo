// expects: there is no function 'foo': declare it, import it or correct the name
model UnknownFunction
  Real x(start = 1, fixed = true);
equation
  der(x) = foo(x); // here
end UnknownFunction;
