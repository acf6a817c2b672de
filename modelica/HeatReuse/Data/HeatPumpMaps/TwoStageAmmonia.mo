within HeatReuse.Data.HeatPumpMaps;
record TwoStageAmmonia "Two-stage ammonia machine with open intercooler, from its cycle"
  extends PerformanceMap(
    T_source={273.15, 283.15, 293.15, 303.15, 313.15, 323.15},
    T_sink={313.15, 323.15, 333.15, 343.15, 353.15, 363.15, 373.15},
    COP={{4.539, 3.808, 3.299, 2.922, 2.63, 2.396, 2.201},
      {5.851, 4.662, 3.902, 3.372, 2.979, 2.673, 2.425},
      {8.215, 6.006, 4.775, 3.986, 3.434, 3.024, 2.703},
      {13.74, 8.429, 6.148, 4.875, 4.057, 3.483, 3.054},
      {14.09, 14.09, 8.624, 6.273, 4.958, 4.111, 3.514},
      {14.41, 14.41, 14.41, 8.794, 6.375, 5.018, 4.142}},
    heat={{0.4176, 0.429, 0.4407, 0.4529, 0.4659, 0.4798, 0.4953},
      {0.5565, 0.571, 0.5859, 0.6014, 0.6178, 0.6355, 0.6551},
      {0.7245, 0.7421, 0.7603, 0.7791, 0.799, 0.8205, 0.8442},
      {0.9245, 0.9452, 0.9665, 0.9886, 1.012, 1.037, 1.064},
      {1.183, 1.183, 1.207, 1.232, 1.258, 1.286, 1.317},
      {1.486, 1.486, 1.486, 1.513, 1.541, 1.571, 1.603}},
    load={0, 0.25, 0.5, 0.75, 1},
    COP_relative={0.75, 0.87, 0.95, 0.99, 1},
    T_source_min=273.15, T_source_max=323.15, T_sink_max=368.15, drive_loss=0.06);
  annotation (Documentation(info="<html>
<p>Cycle with evaporation 3 K below the source and condensation 2 K above the sink leaving temperature, liquid cooled to 10 K below condensation by desuperheater and subcooler in the stream of water,
open intercooler at the geometric mean of the pressures, isentropic efficiency 0.70 in both stages, volumetric efficiency 0.98 - 0.025 (ratio - 1), drive 0.94. Properties from CoolProp; the
script studies/refrigerants.py computes the table, and a test compares the two. Part load is that of screw compressors with slide valve, rounded: 13 % less COP at a quarter of the capacity.
Sink limit: 95 degC, for machines of 63 bar. Lifts below 5 K have the value of the next higher sink temperature.</p></html>"));
end TwoStageAmmonia;
