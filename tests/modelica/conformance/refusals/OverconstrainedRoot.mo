// expects: overconstrained connectors .*are not supported; use plain connectors
model OverconstrainedRoot
  type Angle
    extends Real;
    function equalityConstraint
      input Angle a;
      input Angle b;
      output Real r[0];
    end equalityConstraint;
  end Angle;
  connector Port
    Angle theta;
    flow Real i;
  end Port;
  Port p;
equation
  Connections.root(p.theta); // here
  p.theta = time;
end OverconstrainedRoot;
