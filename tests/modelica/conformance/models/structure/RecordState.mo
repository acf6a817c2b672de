// record with states, record equation between two records
model RecordState
  record Pair
    Real a;
    Real b;
  end Pair;
  Pair p(a(start = 1.0, fixed = true), b(start = 0.0, fixed = true));
  Pair q;
  output Real s;
equation
  der(p.a) = p.b;
  der(p.b) = -4.0*p.a;
  q = p;
  s = q.a + q.b;
end RecordState;
