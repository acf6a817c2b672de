// expects: there is no 'c': declare it or correct the name
model ConnectMissing
  connector A
    Real T;
    flow Real Q;
  end A;
  A a;
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  connect(a, c); // here
end ConnectMissing;
