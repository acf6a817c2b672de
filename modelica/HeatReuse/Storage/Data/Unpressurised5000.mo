within HeatReuse.Storage.Data;
record Unpressurised5000 "Unpressurised tank of 5000 m3, up to 98 degC"
  extends TankSize(V=5000, height=22, U_wall=0.148, U_top=0.111, U_bottom=0.22, s_steel=0.01, T_max=371.15);
  annotation (Documentation(info="<html><p>Flat-bottom tank with a cushion of steam or nitrogen at ambient pressure, 22 m of water: slender, as tanks of district heating are built. Mineral wool of 300 mm on the wall, 400 mm on the roof, 200 mm under the floor. At 98 degC the pressure of the water column keeps the diffuser from boiling.</p></html>"));
end Unpressurised5000;
