within HeatReuse;
package Pumps "Pumps"
  annotation (Documentation(info="<html><p>Pumps with head curve, speed control and a non-return valve.</p></html>"));
end Pumps;
