within HeatReuse.Pipes.Data;
record DN200 "DN 200, standard insulation"
  extends SteelPipe(D_inner=0.2101, s_wall=0.0045, U=0.369);
  annotation (Documentation(info="<html><p>Inner diameter and heat loss coefficient of manufacturers' tables of pre-insulated single pipes, standard insulation; wall thickness after EN 253.</p></html>"));
end DN200;
