within HeatReuse;
package Utilities "Smooth functions and actuators"
  annotation (Documentation(info="<html><p>Everything here is free of events: relations on continuous variables stand inside noEvent, and corners that matter to an integrator are rounded.</p></html>"));
end Utilities;
