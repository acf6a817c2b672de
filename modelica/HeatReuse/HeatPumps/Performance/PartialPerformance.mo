within HeatReuse.HeatPumps.Performance;
partial model PartialPerformance "What a heat pump can do at given temperatures"
  parameter HeatReuse.Types.Temperature T_source_nominal = 303.15 "Source leaving temperature at which the nominal output holds";
  parameter HeatReuse.Types.Temperature T_sink_nominal = 348.15 "Sink leaving temperature at which the nominal output holds";
  parameter HeatReuse.Types.CorrelationCOP correlation = HeatReuse.Types.CorrelationCOP.Jesper "Correlation of the coefficient of performance, where one is used";
  parameter HeatReuse.Types.TemperatureDifference dT_envelope = 4 "Range over which the output fades out at the limits";
  HeatReuse.Interfaces.RealInput T_source_a(unit="K") "Source entering temperature";
  HeatReuse.Interfaces.RealInput T_source_out(unit="K") "Source leaving temperature";
  HeatReuse.Interfaces.RealInput T_sink_out(unit="K") "Sink leaving temperature";
  HeatReuse.Interfaces.RealInput capacity(unit="1") "Capacity, 0 to 1";
  HeatReuse.Interfaces.RealOutput availability(unit="1") "Heat output at full capacity over nominal output";
  HeatReuse.Interfaces.RealOutput COP(unit="1") "Heat over electric power of the compressor, at this capacity";
  HeatReuse.Interfaces.RealOutput derating(unit="1") "Share of the capacity that the limits of the performance leave, 1 free";
  HeatReuse.Interfaces.RealOutput drive_loss(unit="1") "Share of the electric power that motor and drive give to the room";
  HeatReuse.Interfaces.RealOutput share_superheat(unit="1") "Share of the heat that comes above the condensing temperature";
  HeatReuse.Interfaces.RealOutput T_discharge(unit="K") "Temperature of the vapour behind the compressor";
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>None: inputs and outputs of the replaceable performance of <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>. A performance gives availability, COP, derating, drive_loss, share_superheat and
T_discharge from the temperatures and the capacity.</p>
<h4>Assumptions</h4>
<p>Algebraic, explicit, free of events, and finite for all temperatures and capacities.</p>
<h4>Source</h4>
<p>Definition of the library.</p></html>"));
end PartialPerformance;
