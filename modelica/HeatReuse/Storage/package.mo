within HeatReuse;
package Storage "Heat storage"
  annotation (Documentation(info="<html><p>Stratified hot-water tanks: <a href=\"modelica://HeatReuse.Storage.StratifiedTank\">StratifiedTank</a> with two nozzles, <a href=\"modelica://HeatReuse.Storage.Tank\">Tank</a> with wall, jets and diffusers at any height, <a href=\"modelica://HeatReuse.Storage.BypassedTank\">BypassedTank</a> with a mixing valve for the supply of its load; <a href=\"modelica://HeatReuse.Storage.Data\">sizes</a> as records.</p></html>"));
end Storage;
