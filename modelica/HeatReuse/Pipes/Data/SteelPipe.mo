within HeatReuse.Pipes.Data;
record SteelPipe "Pre-insulated steel pipe"
  parameter HeatReuse.Types.Length D_inner = 0.2101 "Inner diameter of the steel pipe";
  parameter HeatReuse.Types.Length s_wall = 0.0045 "Wall thickness of the steel pipe";
  parameter HeatReuse.Types.Length D_casing = 0.315 "Outer diameter of the casing";
  parameter HeatReuse.Types.ThermalConductivity U = 0.369 "Heat loss per metre of pipe and kelvin";
  annotation (Documentation(info="<html><p>Base record. U counts from the water to the undisturbed ground, for one of two single pipes that lie side by side.</p></html>"));
end SteelPipe;
