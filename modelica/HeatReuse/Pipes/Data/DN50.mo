within HeatReuse.Pipes.Data;
record DN50 "DN 50, single pipe, standard insulation"
  extends SteelPipe(D_inner=0.0539, s_wall=0.0032, D_casing=0.125, U=0.201);
  annotation (Documentation(info="<html><p>Steel pipe 60.3 mm x 3.2 mm (outer diameter after EN 10220, wall not below EN 253), casing 125 mm. Heat loss coefficient of manufacturers' tables of single pipes, standard insulation.</p></html>"));
end DN50;
