within HeatReuse;
package Generation "Heat generation"
  annotation (Documentation(info="<html><p>Gas boiler, electric boiler and engine, each with its time to start, its ramp, its lowest load and its standby loss.</p></html>"));
end Generation;
