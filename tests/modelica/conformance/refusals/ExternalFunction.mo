// expects: 'f' is an external function.*write it in Modelica
model ExternalFunction
  function f
    input Real x;
    output Real y;
    external "C" y = heatsim_f(x);
  end f;
  Real x(start = 1, fixed = true);
equation
  der(x) = -f(x); // here
end ExternalFunction;
