within HeatReuse.Pipes.Data;
record DN80 "DN 80, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.0825, s_wall=0.0032, D_casing=0.16, U=0.242);
  annotation (Documentation(info="<html><p>Steel pipe 88.9 mm x 3.2 mm (outer diameter after EN 10220, wall not below EN 253), casing 160 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN80;
