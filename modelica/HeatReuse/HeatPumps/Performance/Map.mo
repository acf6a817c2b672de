within HeatReuse.HeatPumps.Performance;
model Map "COP and heat output from tables over source and sink leaving temperature"
  extends HeatReuse.HeatPumps.Performance.PartialPerformance;
  parameter HeatReuse.Data.HeatPumpMaps.PerformanceMap data = HeatReuse.Data.HeatPumpMaps.TwoStageAmmonia() "Tables and limits";
  parameter HeatReuse.Types.Fraction superheat = 0.1 "Share of the heat that comes above the condensing temperature";
  parameter HeatReuse.Types.TemperatureDifference dT_discharge = 40 "Vapour behind the compressor over sink leaving temperature";
protected
  HeatReuse.Tables.Table2D table_COP(final x=data.T_source, final y=data.T_sink, final z=data.COP) "COP at full capacity";
  HeatReuse.Tables.Table2D table_heat(final x=data.T_source, final y=data.T_sink, final z=data.heat) "Relative heat output";
  HeatReuse.Tables.Table2D table_nominal(final x=data.T_source, final y=data.T_sink, final z=data.heat) "Relative heat output at the nominal temperatures";
  HeatReuse.Tables.Table1D table_load(final x=data.load, final y=data.COP_relative) "Part load";
equation
  table_COP.u1 = T_source_out;
  table_COP.u2 = T_sink_out;
  table_heat.u1 = T_source_out;
  table_heat.u2 = T_sink_out;
  table_nominal.u1 = T_source_nominal;
  table_nominal.u2 = T_sink_nominal;
  table_load.u = capacity;
  availability = table_heat.v/table_nominal.v;
  COP = table_COP.v*table_load.v;
  derating = HeatReuse.Utilities.smoothStep((data.T_sink_max - T_sink_out)/dT_envelope)*HeatReuse.Utilities.smoothStep((T_source_out - data.T_source_min)/dT_envelope)
    *HeatReuse.Utilities.smoothStep((data.T_source_max - T_source_out)/dT_envelope);
  drive_loss = data.drive_loss;
  share_superheat = superheat;
  T_discharge = T_sink_out + dT_discharge;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>COP = COP_map(T_source,out, T_sink,out) f(capacity); availability = q(T_source,out, T_sink,out)/q(T_source,nominal, T_sink,nominal). Smooth interpolation of
<a href=\"modelica://HeatReuse.Tables.Table2D\">Table2D</a> and <a href=\"modelica://HeatReuse.Tables.Table1D\">Table1D</a>; at the rim the values are held. Envelope: smooth steps within dT_envelope of
the limits of the record.</p>
<h4>Assumptions</h4>
<p>The map was taken at flows near the nominal ones: entering temperatures do not count. Part load acts on the COP alike at all temperatures.</p>
<h4>Source</h4>
<p>The record of the map; the default is <a href=\"modelica://HeatReuse.Data.HeatPumpMaps.TwoStageAmmonia\">TwoStageAmmonia</a>.</p></html>"));
end Map;
