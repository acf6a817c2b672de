within HeatReuse.HeatPumps.Performance;
model CycleR134a "Single-stage cycle of R134a"
  extends HeatReuse.HeatPumps.Performance.RefrigerantCycle(data=HeatReuse.Data.Refrigerants.R134a());
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Those of <a href=\"modelica://HeatReuse.HeatPumps.Performance.RefrigerantCycle\">RefrigerantCycle</a>.</p>
<h4>Assumptions</h4>
<p>Those of the cycle, and the limits of <a href=\"modelica://HeatReuse.Data.Refrigerants.R134a\">R134a</a>.</p>
<h4>Source</h4>
<p>The record of the refrigerant, computed with CoolProp.</p></html>"));
end CycleR134a;
