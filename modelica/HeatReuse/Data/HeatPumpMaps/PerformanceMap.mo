within HeatReuse.Data.HeatPumpMaps;
record PerformanceMap "COP and heat output over temperatures, part load over capacity, and limits"
  parameter HeatReuse.Types.Temperature T_source[:] = {273.15, 293.15, 313.15} "Source leaving temperatures, increasing";
  parameter HeatReuse.Types.Temperature T_sink[:] = {313.15, 333.15, 353.15} "Sink leaving temperatures, increasing";
  parameter Real COP[:, :] = {{4, 3, 2.5}, {6, 4, 3}, {9, 6, 4}} "COP at full capacity, a row for each source temperature";
  parameter Real heat[:, :] = {{0.5, 0.5, 0.5}, {0.8, 0.8, 0.8}, {1.2, 1.2, 1.2}} "Heat output at full capacity relative to the nominal one, a row for each source temperature";
  parameter HeatReuse.Types.Fraction load[:] = {0, 0.5, 1} "Capacities of the part-load curve, increasing";
  parameter HeatReuse.Types.Fraction COP_relative[:] = {0.8, 0.95, 1} "COP relative to that at full capacity";
  parameter HeatReuse.Types.Temperature T_source_min = 273.15 "Lowest source leaving temperature";
  parameter HeatReuse.Types.Temperature T_source_max = 313.15 "Highest source leaving temperature";
  parameter HeatReuse.Types.Temperature T_sink_max = 353.15 "Highest sink leaving temperature";
  parameter HeatReuse.Types.Fraction drive_loss = 0 "Share of the electric power that motor and drive give to the room";
  annotation (Documentation(info="<html><p>As in a manufacturer's table: the COP is heat of the condenser over electric power without standby. Outside of the table the values at its rim hold.</p></html>"));
end PerformanceMap;
