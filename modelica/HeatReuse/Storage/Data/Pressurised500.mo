within HeatReuse.Storage.Data;
record Pressurised500 "Pressurised tank of 500 m3, up to 120 degC"
  extends TankSize(V=500, height=22, U_wall=0.22, U_top=0.22, U_bottom=0.22, s_steel=0.02, T_max=393.15);
  annotation (Documentation(info="<html><p>Upright pressure vessel with domed ends (EN 13445), 22 m of water, 200 mm of mineral wool all around; the saturation pressure of 120 degC and a margin have to be kept. Larger pressurised stores are several vessels in parallel.</p></html>"));
end Pressurised500;
