// components with their own discrete behaviour, in an array, connected by Boolean signals
package WhenComponents
  connector BooleanInput = input Boolean;
  connector BooleanOutput = output Boolean;
  block Timer
    parameter Real period = 1;
    BooleanOutput y(start = false, fixed = true);
  equation
    when sample(period, period) then
      y = not pre(y);
    end when;
  end Timer;
  block Counter
    BooleanInput u;
    output Integer n(start = 0, fixed = true);
  equation
    when u then
      n = pre(n) + 1;
    end when;
  end Counter;
  model Main
    Timer timers[2](period = {1, 1.5});
    Counter counters[2];
    output Integer total;
  equation
    for i in 1:2 loop
      connect(timers[i].y, counters[i].u);
    end for;
    total = sum(counters.n);
  end Main;
end WhenComponents;
