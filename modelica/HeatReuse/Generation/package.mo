within HeatReuse;
package Generation "Heat generation"
  annotation (Documentation(info="<html><p>Boilers.</p></html>"));
end Generation;
