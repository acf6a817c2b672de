within HeatReuse;
package HeatPumps "Heat pumps"
  annotation (Documentation(info="<html><p>Compression heat pumps of some megawatts.</p></html>"));
end HeatPumps;
