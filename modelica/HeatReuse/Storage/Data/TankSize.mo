within HeatReuse.Storage.Data;
record TankSize "Size, shape and insulation of a tank"
  parameter HeatReuse.Types.Volume V = 2000 "Volume of water";
  parameter HeatReuse.Types.Length height = 16 "Height of the water";
  parameter HeatReuse.Types.HeatTransferCoefficient U_wall = 0.15 "Heat loss coefficient of the side wall";
  parameter HeatReuse.Types.HeatTransferCoefficient U_top = 0.15 "Heat loss coefficient of the roof";
  parameter HeatReuse.Types.HeatTransferCoefficient U_bottom = 0.2 "Heat loss coefficient of the floor";
  parameter HeatReuse.Types.Length s_steel = 0.008 "Mean thickness of the steel wall";
  parameter HeatReuse.Types.Temperature T_max = 371.15 "Highest temperature of the water";
  annotation (Documentation(info="<html><p>Base record; its values are those of the reference plant.</p></html>"));
end TankSize;
