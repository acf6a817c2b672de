// heat pump with a Carnot efficiency between two tanks, as records and functions
package HeatPump
  record Data
    parameter Real eta = 0.45;
    parameter Real P = 2000;
  end Data;
  function cop
    input Real T_hot;
    input Real T_cold;
    input Real eta;
    output Real c;
  algorithm
    c := eta*T_hot/(T_hot - T_cold);
  end cop;
  model Main
    parameter Data data(eta = 0.5);
    Real hot(start = 310, fixed = true);
    Real cold(start = 295, fixed = true);
    output Real c;
  equation
    c = cop(hot + 5, cold - 5, data.eta);
    4e5*der(hot) = data.P*c - 150*(hot - 295);
    4e5*der(cold) = -data.P*(c - 1) + 300*(295 - cold);
  end Main;
end HeatPump;
