within HeatReuse.Pipes.Data;
record TwinDN200 "DN 200, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.2101, s_wall=0.0045, D_casing=0.56, gap=0.045, U_ground=0.1985, U_between=0.0762);
  annotation (Documentation(info="<html><p>Two steel pipes 219.1 mm x 4.5 mm, 45 mm apart, in a casing of 560 mm (EN 15698-1 and manufacturers' tables). Conductances after Wallent&eacute;n (1991), first order, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN200;
