// expects: overconstrained connectors .*are not supported; use plain connectors
model OverconstrainedBranch
  connector Port
    Real theta;
    flow Real i;
  end Port;
  Port a;
  Port b;
equation
  Connections.branch(a.theta, b.theta); // here
  a.theta = time;
  b.theta = a.theta;
end OverconstrainedBranch;
