within HeatReuse.Pipes.Data;
record DN40 "DN 40, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.0419, s_wall=0.0032, D_casing=0.11, U=0.179);
  annotation (Documentation(info="<html><p>Steel pipe 48.3 mm x 3.2 mm (outer diameter after EN 10220, wall not below EN 253), casing 110 mm. Heat loss coefficient computed from the diameters after EN 13941 with 0.0245 W/(m.K) in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover, which gives the values of manufacturers' tables within 2.5 % (heatsim.plants.losses).</p></html>"));
end DN40;
