within HeatReuse;
package Valves "Control valves"
  annotation (Documentation(info="<html><p>Valves with an actuator that needs time.</p></html>"));
end Valves;
