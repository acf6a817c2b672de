within HeatReuse;
package Examples "Complete models that show what a component or a plant does"
  annotation (Documentation(info="<html><p>Each runs without inputs: <code>heatsim run HeatReuse.Examples.X</code> plots its outputs. The documentation of an example says what to see.</p></html>"));
end Examples;
