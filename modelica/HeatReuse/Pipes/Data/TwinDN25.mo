within HeatReuse.Pipes.Data;
record TwinDN25 "DN 25, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.0273, s_wall=0.0032, D_casing=0.14, gap=0.019, U_ground=0.0914, U_between=0.0469);
  annotation (Documentation(info="<html><p>Two steel pipes 33.7 mm x 3.2 mm, 19 mm apart, in a casing of 140 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN25;
