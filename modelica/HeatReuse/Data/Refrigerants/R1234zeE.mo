within HeatReuse.Data.Refrigerants;
record R1234zeE "R1234ze(E), trans-1,3,3,3-tetrafluoropropene"
  extends Refrigerant(GWP=1.37, T_critical=382.513, p_critical=3.63487e+06,
    T_condensation_max=368.15, T_evaporation_min=268.15, ratio_max=8, T_discharge_max=393.15,
    eta_max=0.75, ratio_optimum=3, k_efficiency=0.1,
    ln_p={12.2854, 3.68106, -1.51531, 0.578055, -0.106909},
    ln_rho={2.43758, 3.51039, -1.30231, 0.688169, -0.0981294},
    q_evaporator={198308, 70548.6, -150125, -5903.64, -1081.34, 27442.2, -11038.1, 145.788, 705.527, -30536.9},
    w_isentropic={15.7214, -69861.7, 69588.4, 23617.6, 587.638, -22989, -5667.95, 2004.03, 99.3712, 2131.41},
    h_superheat={-6158.23, -1174.39, 66321.7, 19706, 4098.49, -144725, -16971.6, 218.606, -2063.33, 95590.7},
    T_discharge={278.596, 0.0763574, 97.282, 18.3529, 2.28789, -15.7863, -12.2734, -5.29828, -2.38432, 17.584},
    cp_discharge=1322.24);
  annotation (Documentation(info="<html>
<p>Hydrofluoroolefin with low pressure, so machines are larger for the same heat; slightly flammable (A2L).</p>
<p>Condensation up to 95 degC, 14 K below the critical point. Evaporation not below -5 degC, where the pressure comes close to that of the air (boiling point -19 degC). Discharge at most 120 degC: oil and motor.</p>
<p>Fitted for evaporation between -10 and 60 degC and condensation between 30 and 100 degC. Global warming potential over 100 years: IPCC, Sixth Assessment Report,
Working Group I (2021), table 7.SM.7.</p></html>"));
end R1234zeE;
