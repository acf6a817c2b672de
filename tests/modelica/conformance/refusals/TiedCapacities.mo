// expects: too many: 'a = b'.*the states a, b are tied to each other.*\(high index\): use one state less
model TiedCapacities
  Real a(start = 1, fixed = true);
  Real b(start = 1);
  Real q;
equation
  der(a) = q;
  2*der(b) = 1 - q;
  a = b; // here
end TiedCapacities;
