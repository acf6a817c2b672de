// expects: 'k' is protected in 'Decay' and cannot be modified from outside: take the modification away
model ProtectedModified
  model Decay
    Real x(start = 1, fixed = true);
  protected
    parameter Real k = 1;
  equation
    der(x) = -k*x;
  end Decay;
  Decay decay(
    k = 2); // here
end ProtectedModified;
