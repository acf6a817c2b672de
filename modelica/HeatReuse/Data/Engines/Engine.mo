within HeatReuse.Data.Engines;
record Engine "Electric and heat efficiency over electric load"
  parameter HeatReuse.Types.Fraction load[:] = {0.3, 0.5, 0.75, 1} "Electric load relative to the nominal one, increasing";
  parameter HeatReuse.Types.Fraction eta_el[:] = {0.34, 0.38, 0.41, 0.42} "Electric efficiency on the lower heating value";
  parameter HeatReuse.Types.Fraction eta_heat[:] = {0.5, 0.47, 0.45, 0.44} "Usable heat over fuel, lower heating value";
  parameter HeatReuse.Types.Fraction load_min = 0.5 "Lowest electric load while running";
  annotation (Documentation(info="<html><p>Below the first load of the table its values hold.</p></html>"));
end Engine;
