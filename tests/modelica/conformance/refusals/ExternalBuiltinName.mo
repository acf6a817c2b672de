// expects: 'f' is an external function.*write it in Modelica
model ExternalBuiltinName
  function f
    input Real x;
    output Real y;
    external "builtin" y = sin(x);
  end f;
  output Real y = f(time); // here
end ExternalBuiltinName;
