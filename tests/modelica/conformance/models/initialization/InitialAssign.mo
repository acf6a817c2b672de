// initial equations that give states directly, in a for loop, from parameters
model InitialAssign
  parameter Real T0 = 300;
  parameter Integer n = 3;
  Real T[n];
  Real z;
initial equation
  for i in 1:n loop
    T[i] = T0 + i;
  end for;
  z = T[1] + T[3];
equation
  der(T) = -(T - fill(T0, n));
  der(z) = -1;
end InitialAssign;
