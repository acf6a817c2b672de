// input and output connectors (signals), blocks, connection of one output to several inputs, top-level inputs and outputs
package CausalConnectors
  connector RealInput = input Real;
  connector RealOutput = output Real;
  block Gain
    parameter Real k = 1.0;
    RealInput u;
    RealOutput y;
  equation
    y = k*u;
  end Gain;
  block Lag
    parameter Real T = 1.0;
    RealInput u;
    RealOutput y(start = 0.0, fixed = true);
  equation
    T*der(y) = u - y;
  end Lag;
  model Main
    RealInput u(start = 1.0);
    RealOutput y;
    RealOutput z;
    Gain gain(k = 2.0);
    Lag lag(T = 0.5);
    Gain last(k = -1.0);
  equation
    connect(u, gain.u);
    connect(gain.y, lag.u);
    connect(lag.y, y);
    connect(lag.y, last.u);
    connect(last.y, z);
  end Main;
end CausalConnectors;
