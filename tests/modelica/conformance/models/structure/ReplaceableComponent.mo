// replaceable component, redeclared with a modification
package ReplaceableComponent
  partial model Source
    Real y;
  end Source;
  model Constant
    extends Source;
    parameter Real k = 1.0;
  equation
    y = k;
  end Constant;
  model Ramp
    extends Source;
    parameter Real slope = 1.0;
  equation
    y = slope*time;
  end Ramp;
  model System
    replaceable Constant source constrainedby Source;
    Real x(start = 0.0, fixed = true);
  equation
    der(x) = source.y;
  end System;
  model Main
    System first;
    System second(redeclare Ramp source(slope = 3.0));
  end Main;
end ReplaceableComponent;
