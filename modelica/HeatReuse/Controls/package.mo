within HeatReuse;
package Controls "Continuous controllers and signals"
  annotation (Documentation(info="<html><p>Controllers without events for use inside of plants and examples. Loops that are to be studied, retuned or replaced are closed outside, at system level.</p></html>"));
end Controls;
