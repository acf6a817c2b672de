// expects: unknown modifier 'gain' .*correct the name in the modification
model UnknownModification
  model Part
    parameter Real k = 1;
    Real x(start = 1, fixed = true);
  equation
    der(x) = -k*x;
  end Part;
  Part part(gain = 2); // here
end UnknownModification;
