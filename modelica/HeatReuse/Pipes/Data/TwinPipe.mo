within HeatReuse.Pipes.Data;
record TwinPipe "Supply and return in one casing"
  parameter HeatReuse.Types.Length D_inner = 0.0539 "Inner diameter of each steel pipe";
  parameter HeatReuse.Types.Length s_wall = 0.0032 "Wall thickness of each steel pipe";
  parameter HeatReuse.Types.Length D_casing = 0.2 "Outer diameter of the casing";
  parameter HeatReuse.Types.Length gap = 0.02 "Distance between the steel pipes";
  parameter HeatReuse.Types.ThermalConductivity U_ground = 0.1157 "Heat loss of each pipe to the ground per metre and kelvin";
  parameter HeatReuse.Types.ThermalConductivity U_between = 0.0663 "Heat from supply to return per metre and kelvin";
  annotation (Documentation(info="<html><p>Base record. The supply loses U_ground (T_supply - T_ground) + U_between (T_supply - T_return) per metre, the return likewise.</p></html>"));
end TwinPipe;
