within HeatReuse.HeatPumps.Performance;
model CycleR717 "Single-stage cycle of R717"
  extends HeatReuse.HeatPumps.Performance.RefrigerantCycle(data=HeatReuse.Data.Refrigerants.R717());
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Those of <a href=\"modelica://HeatReuse.HeatPumps.Performance.RefrigerantCycle\">RefrigerantCycle</a>.</p>
<h4>Assumptions</h4>
<p>Those of the cycle, and the limits of <a href=\"modelica://HeatReuse.Data.Refrigerants.R717\">R717</a>.</p>
<h4>Source</h4>
<p>The record of the refrigerant, computed with CoolProp.</p></html>"));
end CycleR717;
