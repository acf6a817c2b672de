// expects: the expandable connector 'Bus' is not supported; declare its variables
model ExpandableConnector
  expandable connector Bus // here
  end Bus;
  block Source
    output Real y = time;
  end Source;
  Bus bus;
  Source s;
  output Real z;
equation
  connect(s.y, bus.signal);
  z = bus.signal;
end ExpandableConnector;
