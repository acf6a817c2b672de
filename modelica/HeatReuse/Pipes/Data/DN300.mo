within HeatReuse.Pipes.Data;
record DN300 "DN 300, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.3127, s_wall=0.0056, D_casing=0.45, U=0.413);
  annotation (Documentation(info="<html><p>Steel pipe 323.9 mm x 5.6 mm (outer diameter after EN 10220, wall not below EN 253), casing 450 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN300;
