within HeatReuse.Pipes.Data;
record TwinDN40 "DN 40, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.0419, s_wall=0.0032, D_casing=0.16, gap=0.019, U_ground=0.1193, U_between=0.0589);
  annotation (Documentation(info="<html><p>Two steel pipes 48.3 mm x 3.2 mm, 19 mm apart, in a casing of 160 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN40;
