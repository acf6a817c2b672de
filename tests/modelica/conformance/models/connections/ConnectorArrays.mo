// arrays of connectors, connected as a whole, by slices and in for loops (RC chain)
package ConnectorArrays
  connector Pin
    Real v;
    flow Real i;
  end Pin;
  model Capacitor
    parameter Real C = 1.0;
    parameter Real v0 = 0.0;
    Pin p;
    Real v(start = v0, fixed = true);
  equation
    v = p.v;
    C*der(v) = p.i;
  end Capacitor;
  model Bus
    parameter Integer n = 3;
    parameter Real G[n] = fill(1.0, n);
    Pin left[n];
    Pin right[n];
  equation
    for k in 1:n loop
      left[k].i = G[k]*(left[k].v - right[k].v);
      left[k].i + right[k].i = 0;
    end for;
  end Bus;
  model Main
    parameter Integer n = 3;
    Capacitor a[n](v0 = {1, 2, 3});
    Capacitor b[n](each C = 2.0);
    Bus bus(G = {1, 2, 3});
    Bus between;
    Capacitor c[n];
  equation
    connect(a.p, bus.left);
    connect(bus.right, b.p);
    connect(b[1:2].p, between.left[1:2]);
    connect(b[3].p, between.left[3]);
    for k in 1:n loop
      connect(between.right[k], c[n + 1 - k].p);
    end for;
  end Main;
end ConnectorArrays;
