// expects: 'k' is final and cannot be changed: take the modification away
model FinalModified
  model Part
    final parameter Real k = 1;
    Real x(start = 1, fixed = true);
  equation
    der(x) = -k*x;
  end Part;
  Part part(k = 2); // here
end FinalModified;
