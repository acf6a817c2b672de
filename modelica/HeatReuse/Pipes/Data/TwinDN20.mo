within HeatReuse.Pipes.Data;
record TwinDN20 "DN 20, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.0217, s_wall=0.0026, D_casing=0.125, gap=0.019, U_ground=0.0834, U_between=0.0404);
  annotation (Documentation(info="<html><p>Two steel pipes 26.9 mm x 2.6 mm, 19 mm apart, in a casing of 125 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN20;
