within HeatReuse;
package Pumps "Pumps, alone and side by side"
  annotation (Documentation(info="<html><p>Pumps with head curve, speed control and a non-return valve: <a href=\"modelica://HeatReuse.Pumps.Pump\">Pump</a> from one point, <a href=\"modelica://HeatReuse.Pumps.CurvePump\">CurvePump</a> from a catalogue, <a href=\"modelica://HeatReuse.Pumps.ParallelPumps\">ParallelPumps</a> with redundancy.</p></html>"));
end Pumps;
