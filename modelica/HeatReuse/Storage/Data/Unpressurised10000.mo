within HeatReuse.Storage.Data;
record Unpressurised10000 "Unpressurised tank of 10000 m3, up to 98 degC"
  extends TankSize(V=10000, height=27, U_wall=0.148, U_top=0.111, U_bottom=0.22, s_steel=0.01, T_max=371.15);
  annotation (Documentation(info="<html><p>Flat-bottom tank with a cushion of steam or nitrogen at ambient pressure, 27 m of water: slender, as tanks of district heating are built. Mineral wool of 300 mm on the wall, 400 mm on the roof, 200 mm under the floor. At 98 degC the pressure of the water column keeps the diffuser from boiling.</p></html>"));
end Unpressurised10000;
