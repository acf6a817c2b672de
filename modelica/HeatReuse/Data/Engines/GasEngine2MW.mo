within HeatReuse.Data.Engines;
record GasEngine2MW "Gas engine of about 2 MW of electricity"
  extends Engine(load={0.3, 0.5, 0.75, 1}, eta_el={0.355, 0.395, 0.420, 0.430}, eta_heat={0.495, 0.465, 0.440, 0.430}, load_min=0.5);
  annotation (Documentation(info="<html><p>Round values of lean-burn gas engines of 1.5 to 3 MW with heat from exhaust gas down to 120 degC, jacket, oil and first intercooler stage, at 70/90 degC:
43 % of electricity and 43 % of heat at full load, 3.5 points less electricity and 3.5 points more heat at half load. Order of magnitude: technology data for cogeneration of the Danish Energy
Agency and the annual tables of ASUE (BHKW-Kenndaten); not the data of one product.</p></html>"));
end GasEngine2MW;
