within HeatReuse.Pipes.Data;
record DN100 "DN 100, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.1071, s_wall=0.0036, D_casing=0.2, U=0.254);
  annotation (Documentation(info="<html><p>Steel pipe 114.3 mm x 3.6 mm (outer diameter after EN 10220, wall not below EN 253), casing 200 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN100;
