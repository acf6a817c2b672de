within HeatReuse.Pipes.Data;
record TwinDN150 "DN 150, twin pipe, standard insulation"
  extends TwinPipe(D_inner=0.1603, s_wall=0.004, D_casing=0.45, gap=0.04, U_ground=0.1773, U_between=0.0808);
  annotation (Documentation(info="<html><p>Two steel pipes 168.3 mm x 4 mm, 40 mm apart, in a casing of 450 mm (EN 15698-1 and manufacturers' tables). Conductances from the multipole solution of the temperature field, pipes side by side, with 0.0245 W/(m.K)
in the foam, 1.5 W/(m.K) in the soil and 0.8 m of cover (heatsim.plants.losses).</p></html>"));
end TwinDN150;
