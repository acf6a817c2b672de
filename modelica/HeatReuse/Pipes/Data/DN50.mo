within HeatReuse.Pipes.Data;
record DN50 "DN 50, standard insulation"
  extends SteelPipe(D_inner=0.0539, s_wall=0.0032, U=0.201);
  annotation (Documentation(info="<html><p>Inner diameter and heat loss coefficient of manufacturers' tables of pre-insulated single pipes, standard insulation; wall thickness after EN 253.</p></html>"));
end DN50;
