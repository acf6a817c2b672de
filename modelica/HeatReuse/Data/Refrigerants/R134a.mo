within HeatReuse.Data.Refrigerants;
record R134a "R134a, 1,1,1,2-tetrafluoroethane"
  extends Refrigerant(GWP=1530, T_critical=374.212, p_critical=4.05928e+06,
    T_condensation_max=353.15, T_evaporation_min=263.15, ratio_max=8, T_discharge_max=393.15,
    eta_max=0.75, ratio_optimum=3, k_efficiency=0.1,
    ln_p={12.5871, 3.62297, -1.49614, 0.593938, -0.117993},
    ln_rho={2.64374, 3.48265, -1.2501, 0.681257, -0.0660444},
    q_evaporator={211759, 60610.7, -146921, -8678.92, -294.905, 19062.3, -13088.4, -24.5721, 244.037, -31229.9},
    w_isentropic={14.4436, -75813.5, 75509.7, 29801.3, -4646.55, -23716.6, -7379.5, 3341.53, -649.927, 2838.36},
    h_superheat={-2274.1, -15969.8, 62992.1, 22103.6, -2786.53, -115126, -21766.4, 3218.52, -2108.43, 91023.6},
    T_discharge={278.392, -16.5906, 115.062, 21.7863, -0.340509, -18.3197, -16.7531, -4.08781, 5.42936, 13.5979},
    cp_discharge=1258.68);
  annotation (Documentation(info="<html>
<p>Fluorocarbon of the older large heat pumps; phased down in the European Union for its global warming potential.</p>
<p>Condensation up to 80 degC (26.3 bar), the usual limit of standard machines for 28 bar; some turbo compressors go up to 90 degC. Discharge at most 120 degC: oil and motor.</p>
<p>Fitted for evaporation between -10 and 55 degC and condensation between 30 and 85 degC. Global warming potential over 100 years: IPCC, Sixth Assessment Report,
Working Group I (2021), table 7.SM.7.</p></html>"));
end R134a;
