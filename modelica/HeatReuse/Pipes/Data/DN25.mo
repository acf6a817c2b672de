within HeatReuse.Pipes.Data;
record DN25 "DN 25, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.0273, s_wall=0.0032, D_casing=0.09, U=0.156);
  annotation (Documentation(info="<html><p>Steel pipe 33.7 mm x 3.2 mm (outer diameter after EN 10220, wall not below EN 253), casing 90 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN25;
