within HeatReuse.Data.Refrigerants;
record R717 "R717, ammonia"
  extends Refrigerant(GWP=0, T_critical=405.56, p_critical=1.13634e+07,
    T_condensation_max=353.15, T_evaporation_min=263.15, ratio_max=8, T_discharge_max=423.15,
    eta_max=0.75, ratio_optimum=3, k_efficiency=0.1,
    ln_p={12.9697, 3.73917, -1.51757, 0.584398, -0.127936},
    ln_rho={1.21599, 3.54015, -1.33053, 0.661918, -0.154044},
    q_evaporator={1.30102e+06, 114957, -479980, -70506.4, -511.771, 22599.2, -38929.3, 203.304, 368.921, -55506.4},
    w_isentropic={-125.564, -480249, 479524, 321059, -299961, -10120.9, -129600, 108276, 9682.25, -7552.97},
    h_superheat={5837.88, -365147, 420451, 260403, -304715, -42059.4, -188972, 113360, 12363.6, 113991},
    T_discharge={277.764, -141.847, 241.399, 139.398, -122.055, -7.25916, -58.7587, 7.06659, 42.1305, -6.10071},
    cp_discharge=2877.95);
  annotation (Documentation(info="<html>
<p>Ammonia: no fluorine, no carbon, so no direct global warming potential; toxic (B2L).</p>
<p>Condensation up to 80 degC needs compressors and exchangers for 52 bar or more (41.4 bar saturation at 80 degC). Discharge at most 150 degC: oil in reciprocating machines. This limit, and not the pressure, ends single-stage lifts of more than about 50 K; oil-cooled screws (oil_cooling) and two stages go further.</p>
<p>Fitted for evaporation between -10 and 50 degC and condensation between 30 and 90 degC. Global warming potential over 100 years: IPCC, Sixth Assessment Report,
Working Group I (2021), table 7.SM.7 (not listed there: ammonia has none).</p></html>"));
end R717;
