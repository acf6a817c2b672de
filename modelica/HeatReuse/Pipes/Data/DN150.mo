within HeatReuse.Pipes.Data;
record DN150 "DN 150, standard insulation"
  extends SteelPipe(D_inner=0.1603, s_wall=0.0040, U=0.337);
  annotation (Documentation(info="<html><p>Inner diameter and heat loss coefficient of manufacturers' tables of pre-insulated single pipes, standard insulation; wall thickness after EN 253.</p></html>"));
end DN150;
