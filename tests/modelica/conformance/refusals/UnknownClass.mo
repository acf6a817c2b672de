// expects: there is no class 'Missing\.Part': correct the name or import it
model UnknownClass
  Missing.Part part; // here
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
end UnknownClass;
