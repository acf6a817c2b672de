within HeatReuse.Storage.Data;
record Unpressurised1000 "Unpressurised tank of 1000 m3, up to 95 degC"
  extends TankSize(V=1000, height=14, U_wall=0.148, U_top=0.148, U_bottom=0.22, s_steel=0.006, T_max=368.15);
  annotation (Documentation(info="<html><p>Flat-bottom tank with a cushion of steam or nitrogen at ambient pressure, 14 m of water: slender, as tanks of district heating are built. Mineral wool of 300 mm on the wall, 300 mm on the roof, 200 mm under the floor.</p></html>"));
end Unpressurised1000;
