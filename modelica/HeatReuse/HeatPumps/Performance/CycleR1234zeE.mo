within HeatReuse.HeatPumps.Performance;
model CycleR1234zeE "Single-stage cycle of R1234zeE"
  extends HeatReuse.HeatPumps.Performance.RefrigerantCycle(data=HeatReuse.Data.Refrigerants.R1234zeE());
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Those of <a href=\"modelica://HeatReuse.HeatPumps.Performance.RefrigerantCycle\">RefrigerantCycle</a>.</p>
<h4>Assumptions</h4>
<p>Those of the cycle, and the limits of <a href=\"modelica://HeatReuse.Data.Refrigerants.R1234zeE\">R1234zeE</a>.</p>
<h4>Source</h4>
<p>The record of the refrigerant, computed with CoolProp.</p></html>"));
end CycleR1234zeE;
