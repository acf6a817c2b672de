within HeatReuse.Pipes.Data;
record DN100 "DN 100, standard insulation"
  extends SteelPipe(D_inner=0.1071, s_wall=0.0036, U=0.254);
  annotation (Documentation(info="<html><p>Inner diameter and heat loss coefficient of manufacturers' tables of pre-insulated single pipes, standard insulation; wall thickness after EN 253.</p></html>"));
end DN100;
