// expects: connectors with different variables.*use connectors of one class
model ConnectDifferent
  connector A
    Real T;
    flow Real Q;
  end A;
  connector B
    Real p;
    flow Real m;
  end B;
  A a;
  B b;
equation
  connect(a, b); // here
  a.T = 1;
end ConnectDifferent;
